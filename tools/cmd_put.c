#include <weft/record.h>

#include "core/base/limits.h"
#include "tools/commands.h"
#include "tools/output.h"
#include "tools/reader.h"
#include "tools/spec.h"

/* The record to write: an argument that is JSON itself, or a file. */
static int
read_data(const char *argument, struct weft_buf *data,
    struct weft_error *error)
{
	int code;

	if (!argument)
		argument = "-";
	if (argument[0] != '{')
		return reader_read_all(argument, data, error);
	code = weft_buf_append_slice(data, weft_slice(argument));
	return code ? weft_error_set(error, code, "the record: %s",
	    weft_error_text(code)) : 0;
}

/* Says in the text of an error which file the record is from. */
static void
name_file(const char *argument, struct weft_error *error)
{
	if (!argument || strcmp(argument, "-") == 0)
		weft_error_wrap(error, "standard input");
	else if (argument[0] != '{')
		weft_error_wrap(error, "%s", argument);
}

static int
write_record(struct weft_model *model, const struct command_line *line,
    struct weft_slice data, struct weft_buf *record, struct weft_error *error)
{
	if (command_value(line, "create"))
		return weft_record_create(model, NULL, data, record, error);
	if (command_value(line, "merge"))
		return weft_record_upsert(model, NULL, data, record, error);
	return weft_record_replace_or_create(model, NULL, data, record,
	    error);
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct weft_buf data = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_buf record = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE);
	struct weft_model *model;
	struct spec spec = {0};
	int code;

	code = command_only_one(line, "create", "merge", error);
	if (!code)
		code = read_data(command_argument(line, 1), &data, error);
	if (!code)
		code = spec_open_model(&spec, line, 0, SPEC_WRITE, &model,
		    error);
	if (!code) {
		code = write_record(model, line, weft_buf_slice(&data),
		    &record, error);
		if (code && weft_error_class(code) == WEFT_CLASS_REFUSE)
			name_file(command_argument(line, 1), error);
	}
	if (!code)
		code = output_line(weft_buf_slice(&record), error);
	weft_buf_fini(&data);
	weft_buf_fini(&record);
	return spec_finish(&spec, code, error);
}

static const struct command_option options[] = {
	{"create", NULL, "Refuse if there is a record of that id."},
	{"merge", NULL,
	    "Keep the properties of the stored record that the given one "
	    "does not have."},
	{0},
};

const struct command cmd_put = {
	.name = "put",
	.arguments = "SOURCE:Model [FILE|-|JSON]",
	.summary = "Write one record",
	.about = "Writes the record and prints it as it is stored. A record "
	    "of that id is replaced; one without an id gets one. The record "
	    "is an argument that begins with '{', a file, or standard input.",
	.least = 1,
	.most = 2,
	.options = options,
	.run = run,
};
