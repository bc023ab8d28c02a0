#include "transports/loopback/openapi_shape.h"

#include <stdio.h>
#include <string.h>

#include "models/definition/config.h"

#define WRITES "401 409 413 422"

static const struct weft__openapi_shape shapes[] = {
    {"find", "The records that match.", "filter", NULL, 200, "*[]", "401"},
    {"findOne", "The first record that matches.", "filter", NULL, 200, "*",
	"401 404"},
    {"findById", "A record.", "filter", NULL, 200, "*", "401 404"},
    {"exists", "Whether there is such a record.", "", NULL, 200, "Exists",
	"401"},
    {"count", "How many records match.", "where", NULL, 200, "Count", "401"},
    {"create", "Creates a record, or several.", "", "*|*[]", 200, "*|*[]",
	WRITES},
    {"patchOrCreate", "Changes the record with this id, or creates it.", "",
	"*Patch", 200, "*", WRITES},
    {"replaceOrCreate", "Replaces the record with this id, or creates it.",
	"", "*", 200, "*", WRITES},
    {"upsertWithWhere", "Changes the one record that matches, or creates one.",
	"where", "*Patch", 200, "*", WRITES},
    {"replaceById", "Replaces a record.", "", "*", 200, "*", "404 " WRITES},
    {"patchAttributes", "Changes properties of a record.", "",
	"*Patch", 200, "*", "404 " WRITES},
    {"updateAll", "Changes all records that match.", "where", "*Patch", 200,
	"Count", WRITES},
    {"deleteById", "Deletes a record.", "", NULL, 200, "Count", "401 404"},

    {"changes", "The records' changes since a checkpoint.", "since filter",
	NULL, 200, "Change[]", "401"},
    {"diff", "Which of these changes the server lacks, and which conflict.",
	"since strict", "Change[]", 200, "Diff", "401 413"},
    {"checkpoint", "Makes a new checkpoint.", "", NULL, 200, "Checkpoint",
	"401"},
    {"currentCheckpoint", "The current checkpoint's number.", "", NULL, 200,
	"Number", "401"},
    {"createUpdates", "The updates that these changes stand for.", "",
	"Change[]", 200, "Update[]", "401 413"},
    {"bulkUpdate", "Applies updates of many records.", "", "Updates", 204,
	NULL, WRITES},
    {"reconcile", "Compares two sets of records by their hashes.", "",
	"Bytes", 200, "Bytes", "401 413"},
    {"createChangeStream", "Changes as they are made, without an end.",
	"options", "Options", 200, "Event", "401"},
    {"findLastChange", "The last change of a record, or null.", "", NULL, 200,
	"LastChange", "401"},
    {"updateLastChange", "Sets what the last change of a record is based on.",
	"", "Prev", 200, "Change", "401 404"},

    {"login", "Gives a token for a name and a password.", "include",
	"Credentials", 200, "Token", "401 429"},
    {"logout", "Ends the token that comes with the request.", "", NULL, 204,
	NULL, "401"},
    {"changePassword", "Changes the caller's password.", "",
	"ChangePassword", 204, NULL, "401 422"},
    {"resetPassword", "Sends a token to set a password with.", "", "Address",
	204, NULL, "404 429 501"},
    {"setPassword", "Sets the password of who has such a token.", "",
	"SetPassword", 204, NULL, "401 422"},

    {"onlineSync", "Writes records of any models in one transaction.", "",
	"OnlineSync", 200, "OnlineResults", WRITES},
    {"weft", "What another weft has to know of this server.", "", NULL, 200,
	"Server", ""},
};

const struct weft__openapi_shape *
weft__openapi_shape_find(const char *method)
{
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (strcmp(shapes[i].method, method) == 0)
			return &shapes[i];
	return NULL;
}

/*
 * The texts are written with ' for ", which none of them has.
 */
#define OURS "#/components/schemas/" WEFT__OPENAPI_OURS
#define REF(name) "{'$ref':'" OURS name "'}"
#define LIST(items) "{'type':'array','items':" items "}"
#define OBJECT(members) "{'type':'object','properties':{" members "}}"
#define NEEDS(required, members) \
	"{'type':'object','required':[" required "],'properties':{" members "}}"
#define STRING "{'type':'string'}"
#define NULLABLE "{'type':'string','nullable':true}"
#define INTEGER "{'type':'integer'}"
#define NUMBER "{'type':'number'}"
#define BOOLEAN "{'type':'boolean'}"
#define TIME "{'type':'string','format':'date-time'}"
#define ANY_OBJECT "{'type':'object'}"

struct part {
	const char *name, *json;
};

static const struct part schemas[] = {
    {"Filter",
	OBJECT("'where':" REF("Where") ",'order':{'oneOf':[" STRING ","
	LIST(STRING) "]},'limit':" INTEGER ",'skip':" INTEGER ",'offset':"
	INTEGER ",'fields':{'oneOf':[" LIST(STRING) ",{'type':'object',"
	"'additionalProperties':" BOOLEAN "}]}")},
    {"Where", ANY_OBJECT},
    {"Options", OBJECT("'options':" ANY_OBJECT)},
    {"Count", NEEDS("'count'", "'count':" INTEGER)},
    {"Exists", NEEDS("'exists'", "'exists':" BOOLEAN)},
    {"Number", INTEGER},
    {"Bytes", "{'type':'string','format':'binary'}"},
    {"Checkpoint",
	NEEDS("'seq','time','id'",
	"'seq':" INTEGER ",'time':" TIME ",'id':" INTEGER)},
    {"Change",
	"{'type':'object','required':['modelName','modelId'],'properties':{"
	"'id':" STRING ",'modelName':" STRING ",'modelId':" STRING ",'rev':"
	NULLABLE ",'prev':" NULLABLE ",'checkpoint':" INTEGER "}}"},
    {"LastChange", "{'nullable':true,'allOf':[" REF("Change") "]}"},
    {"Prev", OBJECT("'prev':" NULLABLE)},
    {"Diff",
	NEEDS("'deltas','conflicts'", "'deltas':" LIST(REF("Change"))
	",'conflicts':" LIST(REF("Change")))},
    {"Update",
	NEEDS("'type','change'", "'type':{'type':'string',"
	"'enum':['create','update','delete']},'change':" REF("Change")
	",'data':" ANY_OBJECT)},
    {"Updates", NEEDS("'updates'", "'updates':" LIST(REF("Update")))},
    {"Event",
	NEEDS("'type'", "'target':{},'where':" ANY_OBJECT ",'data':"
	ANY_OBJECT ",'type':{'type':'string','enum':['create','update',"
	"'remove']}")},
    {"Credentials",
	NEEDS("'password'", "'username':" STRING ",'email':" STRING
	",'password':" STRING ",'ttl':" NUMBER)},
    {"Token",
	NEEDS("'id','ttl','created','userId'", "'id':" STRING ",'ttl':" NUMBER
	",'created':" TIME ",'userId':{},'user':" ANY_OBJECT)},
    {"ChangePassword",
	NEEDS("'oldPassword','newPassword'",
	"'oldPassword':" STRING ",'newPassword':" STRING)},
    {"SetPassword", NEEDS("'newPassword'", "'newPassword':" STRING)},
    {"Address", NEEDS("'email'", "'email':" STRING)},
    {"OnlineChange",
	NEEDS("'model','type'", "'model':" STRING ",'type':{'type':'string',"
	"'enum':['create','update','patch','upsert','delete']},'id':{},'rev':"
	NULLABLE ",'data':" ANY_OBJECT)},
    {"OnlineSync",
	NEEDS("'changes'", "'atomic':{'type':'boolean','default':true},"
	"'changes':" LIST(REF("OnlineChange")))},
    {"OnlineResults",
	NEEDS("'results'", "'results':" LIST(NEEDS("'status'", "'status':"
	INTEGER ",'rev':" STRING ",'data':" ANY_OBJECT ",'error':"
	ANY_OBJECT)))},
    {"Server",
	NEEDS("'weft','datasources'",
	"'weft':" INTEGER ",'datasources':" LIST(ANY_OBJECT))},
    {"Error",
	NEEDS("'error'", "'error':" NEEDS("'statusCode','message'",
	"'statusCode':" INTEGER ",'name':" STRING ",'message':" STRING
	",'code':" STRING ",'details':" ANY_OBJECT))},
};

#define IN_QUERY(name, text, schema) \
	"{'name':'" name "','in':'query','description':'" text \
	"','schema':" schema "}"
#define AS_JSON(name, text, schema) \
	"{'name':'" name "','in':'query','description':'" text \
	"','content':{'application/json':{'schema':" schema "}}}"

static const struct part parameters[] = {
    {"id",
	"{'name':'id','in':'path','required':true,"
	"'description':'The id of the record.','schema':" STRING "}"},
    {"filter",
	AS_JSON("filter", "Which records, in which order, and what of them.",
	REF("Filter"))},
    {"where",
	AS_JSON("where", "What the records must match.", REF("Where"))},
    {"since",
	IN_QUERY("since", "The checkpoint that the caller has seen; -1 for "
	"all.", NUMBER)},
    {"strict",
	IN_QUERY("strict", "Whether changes that the server had in its past "
	"count as conflicts, too.", BOOLEAN)},
    {"options",
	AS_JSON("options", "A where clause, and fields.",
	OBJECT("'where':" REF("Where") ",'fields':" LIST(STRING)))},
    {"include",
	IN_QUERY("include", "The word user, to have the user, too.",
	"{'type':'string','enum':['user']}")},
};

#define FAILURE(text) \
	"{'description':'" text "','content':{'application/json':{'schema':" \
	REF("Error") "}}}"

static const struct part responses[] = {
    {"400", FAILURE("The request is malformed.")},
    {"401", FAILURE("The caller may not do that, or is not logged in.")},
    {"404", FAILURE("There is no such record, or the caller may not see it.")},
    {"409",
	FAILURE("There is a record with this id, or a conflict; of a bulk "
	"update details.conflicts lists them.")},
    {"413", FAILURE("The body is larger than it may be.")},
    {"422",
	FAILURE("The model does not take such a record; details says why.")},
    {"429", FAILURE("Too many attempts; Retry-After says how long to wait.")},
    {"501", FAILURE("The server is not set up for it.")},
    {"default", FAILURE("It failed.")},
};

#define TEXT_LIMIT 4096
#define NAME_SIZE 64

/* Adds what the text says under prefix and name. */
static int
add(json_t *object, const char *prefix, const struct part *part,
    struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(TEXT_LIMIT);
	char name[NAME_SIZE];
	json_t *value;
	int code = weft_buf_append_slice(&text, weft_slice(part->json));

	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == '\'')
			text.data[i] = '"';
	snprintf(name, sizeof name, "%s%s", prefix, part->name);
	if (!code)
		code = weft__config_parse(weft_buf_slice(&text), &value, error);
	if (!code && json_object_set_new(object, name, value))
		code = WEFT_ENOMEM;
	weft_buf_fini(&text);
	return code;
}

static int
add_all(json_t *components, const char *kind, const char *prefix,
    const struct part *parts, size_t length, struct weft_error *error)
{
	json_t *object = json_object();
	int code = json_object_set_new(components, kind, object)
	    ? WEFT_ENOMEM
	    : 0;

	for (size_t i = 0; !code && i < length; i++)
		code = add(object, prefix, &parts[i], error);
	return code;
}

int
weft__openapi_components(json_t **components, struct weft_error *error)
{
	json_t *made = json_object();
	int code = made ? 0 : WEFT_ENOMEM;

	if (!code)
		code = add_all(made, "schemas", WEFT__OPENAPI_OURS, schemas,
		    sizeof schemas / sizeof *schemas, error);
	if (!code)
		code = add_all(made, "parameters", "", parameters,
		    sizeof parameters / sizeof *parameters, error);
	if (!code)
		code = add_all(made, "responses", "", responses,
		    sizeof responses / sizeof *responses, error);
	if (code)
		json_decref(made);
	else
		*components = made;
	return code;
}
