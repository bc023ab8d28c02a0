#include "models/record/validate.h"

#include "core/base/limits.h"

enum kind {
	PRESENCE,
	DATE,
	UNKNOWN
};

static const struct {
	const char *code;
	const char *message;
} kinds[] = {
    [PRESENCE] = {"presence", "can't be blank"},
    [DATE] = {"date", "is not a valid date"},
    [UNKNOWN] = {"unknown-property", "is not defined in the model"},
};

/* What the error is made of: its text, and the members of two objects of
 * its details. */
struct report {
	struct weft_buf text;
	struct weft_buf codes;
	struct weft_buf messages;
	int code; /* of the first append that failed */
};

static void
append(struct report *report, struct weft_buf *buf, const char *text)
{
	if (!report->code)
		report->code = weft_buf_append_slice(buf, weft_slice(text));
}

static void
append_slice(struct report *report, struct weft_buf *buf,
    struct weft_slice slice)
{
	if (!report->code)
		report->code = weft_buf_append_slice(buf, slice);
}

/* Appends ,"name":["word"]. */
static void
append_member(struct report *report, struct weft_buf *buf,
    struct weft_slice name, const char *word)
{
	append(report, buf, buf->size ? ",\"" : "\"");
	append_slice(report, buf, name);
	append(report, buf, "\":[\"");
	append(report, buf, word);
	append(report, buf, "\"]");
}

/* Appends the text that a canonical name means. */
static void
append_name(struct report *report, struct weft_slice name)
{
	struct weft_buf token = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);

	if (!memchr(name.data, '\\', name.size)) {
		append_slice(report, &report->text, name);
		return;
	}
	append(report, &token, "\"");
	append_slice(report, &token, name);
	append(report, &token, "\"");
	if (!report->code)
		report->code = weft__json_read_string(weft_buf_slice(&token),
		    &report->text);
	weft_buf_fini(&token);
}

/* 'value' is how LoopBack shows the value. */
static void
complain(struct report *report, struct weft_slice name, enum kind kind,
    const char *value)
{
	append(report, &report->text, report->text.size ? "; `" : "`");
	append_name(report, name);
	append(report, &report->text, "` ");
	append(report, &report->text, kinds[kind].message);
	append(report, &report->text, " (value: ");
	append(report, &report->text, value);
	append(report, &report->text, ")");
	append_member(report, &report->codes, name, kinds[kind].code);
	append_member(report, &report->messages, name, kinds[kind].message);
}

static enum weft__fault
fault_of(const struct weft__validation *validation, struct weft_slice name)
{
	for (size_t i = 0; i < validation->complaints_length; i++)
		if (weft_slice_equal(validation->complaints[i].name, name))
			return validation->complaints[i].fault;
	return WEFT__FAULT_NONE;
}

/* How LoopBack shows a blank value; NULL if it is not blank. */
static const char *
show_blank(struct weft__json_value value)
{
	if (value.type == WEFT__JSON_ABSENT)
		return "undefined";
	if (value.type == WEFT__JSON_NULL)
		return "null";
	if (weft_slice_equal(value.token, weft_slice("\"\"")))
		return "\"\"";
	if (weft_slice_equal(value.token, weft_slice("[]")))
		return "[]";
	return NULL;
}

static void
check_property(const struct weft__validation *validation,
    const struct weft__property *property, struct report *report)
{
	enum weft__fault fault = fault_of(validation, property->name);
	const struct weft__members *members =
	    property->hidden ? validation->hidden : validation->visible;
	const char *blank;

	if (fault == WEFT__FAULT_INVALID_DATE) {
		complain(report, property->name, DATE, "Invalid Date");
		return;
	}
	if (!property->required || !members)
		return;
	if (fault == WEFT__FAULT_NAN)
		blank = "NaN";
	else
		blank = show_blank(
		    weft__members_find(members, property->name));
	if (blank)
		complain(report, property->name, PRESENCE, blank);
}

static void
check_record(
    const struct weft__validation *validation, struct report *report)
{
	const struct weft__definition *definition = validation->definition;

	for (size_t i = 0; i < definition->checked_length; i++)
		check_property(validation, definition->checked[i], report);
	for (size_t i = 0; i < validation->complaints_length; i++) {
		const struct weft__complaint *complaint =
		    &validation->complaints[i];

		if (complaint->fault == WEFT__FAULT_UNKNOWN)
			complain(report, complaint->name, UNKNOWN,
			    "undefined");
		else if (complaint->fault == WEFT__FAULT_MISSING)
			complain(report, complaint->name, PRESENCE,
			    "undefined");
	}
}

static int
append_details(const struct weft__validation *validation,
    struct report *report, struct weft_buf *details)
{
	struct weft_slice name = weft_slice(validation->definition->name);

	append(report, details, "{\"context\":");
	if (!report->code)
		report->code = weft__json_write_string(name, details);
	append(report, details, ",\"codes\":{");
	append_slice(report, details, weft_buf_slice(&report->codes));
	append(report, details, "},\"messages\":{");
	append_slice(report, details, weft_buf_slice(&report->messages));
	append(report, details, "}}");
	return report->code;
}

int
weft__validate(const struct weft__validation *validation,
    struct weft_buf *details, struct weft_error *error)
{
	struct report report = {
	    .text = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .codes = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .messages = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	};
	int code = 0;

	check_record(validation, &report);
	if (report.text.size && !report.code && details)
		code = append_details(validation, &report, details);
	if (report.code)
		code = weft_error_set(error, report.code, "validation: %s",
		    weft_error_text(report.code));
	else if (report.text.size)
		code = weft_error_set(error, WEFT_EVALIDATION,
		    "The `%s` instance is not valid. Details: %s.",
		    validation->definition->name, report.text.data);
	weft_buf_fini(&report.text);
	weft_buf_fini(&report.codes);
	weft_buf_fini(&report.messages);
	return code;
}
