/*
 * The changes of an online sync, as they are sent.
 */
#ifndef TRANSPORTS_LOOPBACK_SYNC_CHANGE_H
#define TRANSPORTS_LOOPBACK_SYNC_CHANGE_H

#include "transports/loopback/rest.h"

enum weft__sync_kind {
	WEFT__SYNC_CREATE,
	WEFT__SYNC_UPDATE, /* replaces the whole record */
	WEFT__SYNC_PATCH,
	WEFT__SYNC_UPSERT,
	WEFT__SYNC_DELETE
};

/* One change; its texts are its reader's. */
struct weft__sync_change {
	const struct weft__rest_model *model;
	enum weft__sync_kind kind;
	const char *method;     /* whose rules hold for it */
	struct weft_slice id;   /* text, of the record that will be written; no
	                           value: it will be made */
	bool has_rev;           /* the record must have this revision: */
	struct weft_slice rev;  /* no value: it must not be there */
	struct weft_slice data; /* canonical */
};

struct weft__sync_reader {
	const struct weft__rest *rest;
	struct weft_datasource *datasource; /* of all; NULL: none was read */
	struct weft__sync_change change; /* that was read last */
	struct weft__json json;  /* of it */
	struct weft_buf id, rev; /* its texts, where escaped */
	struct weft_buf data_id; /* the id in its data */
};

/* A reader for one request; _fini() frees what it holds. */
void weft__sync_reader_init(
    struct weft__sync_reader *reader, const struct weft__rest *rest);
void weft__sync_reader_fini(struct weft__sync_reader *reader);

/* Reads a change into reader->change.  WEFT_EJSON, WEFT_EINVAL, WEFT_ELIMIT;
 * WEFT_ENOTFOUND: there is no such model; WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__sync_read(struct weft__sync_reader *reader,
    struct weft_slice item, struct weft_error *error);

#endif
