#include <stdio.h>

#include <openssl/crypto.h>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "models/access/admin.h"
#include "tools/commands.h"
#include "tools/output.h"
#include "tools/reader.h"
#include "tools/spec.h"

/* One call of the command. */
struct call {
	const struct command_line *line;
	struct spec spec;
	struct weft__access *access;
	struct weft_model *model; /* of users */
	struct weft_buf id;       /* of the user that is named */
	struct weft_error *error;
};

/* The password: the first line of standard input. */
static int
read_password(const struct call *call, struct weft_buf *password)
{
	int code;

	if (!command_value(call->line, "password-stdin"))
		return command_usage(call->error,
		    "the password is read from standard input: say so with "
		    "--password-stdin");
	code = reader_read_all("-", password, call->error);
	if (!code && password->size) {
		password->size = strcspn(password->data, "\r\n");
		password->data[password->size] = '\0';
	}
	return code;
}

/*
 * add
 */

static int
describe(const struct call *call, struct weft_slice password,
    struct weft_buf *data)
{
	static const char *const properties[] = {"id", "username", "email"};
	struct json_out out;
	int code;

	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	for (size_t i = 0; i < 3; i++) {
		const char *value = command_value(call->line, properties[i]);

		if (value)
			json_out_text(&out, properties[i], weft_slice(value));
	}
	json_out_text(&out, "password", password);
	json_out_end(&out, '}');
	code = out.code;
	if (!code)
		code = weft_buf_append_slice(data, weft_buf_slice(&out.text));
	if (out.text.data)
		OPENSSL_cleanse(out.text.data, out.text.size);
	json_out_fini(&out);
	return code ? weft_error_set(call->error, code, "the user: %s",
			  weft_error_text(code))
		    : 0;
}

static int
add(struct call *call)
{
	struct weft_buf password = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_buf data = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_buf record = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = read_password(call, &password);

	if (!code)
		code = describe(call, weft_slice(password.data ?
			password.data : ""), &data);
	if (!code)
		code = weft__user_create(call->access, call->model, NULL,
		    weft_buf_slice(&data), &record, NULL, call->error);
	if (!code)
		code = output_line(weft_buf_slice(&record), call->error);
	if (password.data)
		OPENSSL_cleanse(password.data, password.capacity);
	if (data.data)
		OPENSSL_cleanse(data.data, data.capacity);
	weft_buf_fini(&password);
	weft_buf_fini(&data);
	weft_buf_fini(&record);
	return code;
}

/*
 * passwd, token, role
 */

static int
passwd(struct call *call)
{
	struct weft_buf password = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = read_password(call, &password);

	if (!code)
		code = weft__admin_set_password(call->access, call->model,
		    weft_buf_slice(&call->id), weft_buf_slice(&password),
		    call->error);
	if (password.data)
		OPENSSL_cleanse(password.data, password.capacity);
	weft_buf_fini(&password);
	return code;
}

static int
token(struct call *call)
{
	struct weft_buf record = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int64_t ttl_s;
	int code = command_number(
	    call->line, "ttl", 1, 0, &ttl_s, call->error);

	if (!code)
		code = weft__admin_create_token(call->access, call->model,
		    weft_buf_slice(&call->id), (double)ttl_s, &record,
		    call->error);
	if (!code)
		code = output_line(weft_buf_slice(&record), call->error);
	weft_buf_fini(&record);
	return code;
}

static int
role(struct call *call)
{
	const char *name = command_argument(call->line, 3);
	struct weft_buf record = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code;

	if (!name)
		return command_usage(call->error,
		    "expected: weft user role DIR USER ROLE");
	code = weft__admin_set_role(call->access, call->model,
	    weft_buf_slice(&call->id), name,
	    !command_value(call->line, "remove"), &record, call->error);
	if (!code)
		code = output_line(weft_buf_slice(&record), call->error);
	weft_buf_fini(&record);
	return code;
}

/*
 * list
 */

static int
list_role(struct weft_slice name, void *context)
{
	json_out_text(context, NULL, name);
	return 0;
}

/* Prints a user's record and roles; 'id' is that of all who are listed, a line
 * each. */
static int
list_one(struct call *call, struct weft_slice id)
{
	struct weft_buf record = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct json_out out;
	int code = weft_record_find_by_id(call->model, NULL, id,
	    weft_slice(NULL), &record, call->error);

	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_token(&out, "user", weft_buf_slice(&record));
	json_out_begin(&out, "roles", '[');
	if (!code)
		code = weft__admin_each_role(call->access, call->model, id,
		    list_role, &out, call->error);
	json_out_end(&out, ']');
	json_out_end(&out, '}');
	if (!code)
		code = json_out_print(&out, call->error);
	json_out_fini(&out);
	weft_buf_fini(&record);
	return code;
}

static int
note_id(struct weft_slice record, void *context)
{
	return weft_buf_append_slice(context, record) ||
	       weft_buf_append(context, "\n", 1);
}

/* All ids first: nothing else is read while records are walked over. */
static int
list(struct call *call)
{
	struct weft_buf records = WEFT_BUF_INIT(16 * WEFT_LIMIT_RECORD_SIZE);
	struct weft_buf id = WEFT_BUF_INIT(WEFT_LIMIT_ID_SIZE);
	struct weft_buf filter = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	const char *line;
	int code = weft_buf_printf(&filter, "{\"fields\":[\"%s\"]}",
	    weft_model_id_name(call->model));

	if (!code)
		code = weft_record_find(call->model, NULL,
		    weft_buf_slice(&filter), note_id, &records, call->error);
	for (line = records.data; !code && line && *line;
	     line = strchr(line, '\n') + 1) {
		struct weft_slice text = {line, strcspn(line, "\n")};
		struct weft__json_value value = weft__json_step(
		    weft__json_value_of(text),
		    weft_slice(weft_model_id_name(call->model)));

		weft_buf_clear(&id);
		code = value.type == WEFT__JSON_STRING
		    ? weft__json_read_string(value.token, &id)
		    : weft_buf_append_slice(&id, value.token);
		if (!code)
			code = list_one(call, weft_buf_slice(&id));
	}
	weft_buf_fini(&records);
	weft_buf_fini(&id);
	weft_buf_fini(&filter);
	return code;
}

/*
 * The command.
 */

static const struct verb {
	const char *name;
	enum spec_mode mode;
	bool names_user;
	int (*run)(struct call *call);
} verbs[] = {
    {"add", SPEC_WRITE, false, add},
    {"passwd", SPEC_WRITE, true, passwd},
    {"token", SPEC_WRITE, true, token},
    {"role", SPEC_WRITE, true, role},
    {"list", SPEC_READ, false, list},
};

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

/* Opens what the verb works on. */
static int
open_call(struct call *call, const struct verb *verb)
{
	const char *user = command_argument(call->line, 2);
	int code = spec_open(
	    &call->spec, call->line, 1, verb->mode, call->error);

	if (!code)
		code = weft__access_open(
		    call->spec.registry, NULL, &call->access, call->error);
	if (!code)
		code = weft__admin_user_model(call->access, call->spec.model,
		    &call->model, call->error);
	if (!code && verb->names_user)
		code = weft__admin_find_user(
		    call->model, user, &call->id, call->error);
	return code;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	const struct verb *verb = find_verb(command_argument(line, 0));
	struct call call = {
	    .line = line,
	    .id = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .error = error,
	};
	int code;

	if (!verb)
		return command_usage(error, "\"%s\": expected add, passwd, "
		    "token, role or list", command_argument(line, 0));
	if (verb->names_user && !command_argument(line, 2))
		return command_usage(
		    error, "expected: weft user %s DIR USER", verb->name);
	code = open_call(&call, verb);
	if (!code)
		code = verb->run(&call);
	if (verb->mode == SPEC_WRITE)
		code = spec_finish(&call.spec, code, error);
	else
		spec_close(&call.spec);
	weft__access_destroy(call.access);
	weft_buf_fini(&call.id);
	return code;
}

static const struct command_option options[] = {
	{"id", "ID", "add: The user's id; else one is made."},
	{"username", "NAME", "add: What he logs in by."},
	{"email", "ADDRESS", "add: The same; LoopBack wants one of everybody."},
	{"password-stdin", NULL,
	    "add, passwd: The password is the first line of standard input: "
	    "on the command line others could read it."},
	{"ttl", "SECONDS", "token: How long it is good for."},
	{"remove", NULL, "role: Take the role from him."},
	{0},
};

const struct command cmd_user = {
	.name = "user",
	.arguments = "add|passwd|token|role|list SOURCE[:Model] [USER [ROLE]]",
	.summary = "Add users, set passwords, give roles",
	.about = "Users are records of LoopBack's model User, or of one based "
	    "on it, which is to be in model-config.json with AccessToken, "
	    "Role, RoleMapping and ACL. USER is an id, username or email.\n\n"
	    "add creates one and prints him. passwd sets his password, which "
	    "ends all of his tokens. token makes one, and prints it. role "
	    "gives him a role, which is made if it is not there, and prints "
	    "it: its id is what stands in the property of a record that "
	    "visibleTo names as groups. list prints all, each with the roles "
	    "he has.",
	.least = 2,
	.most = 4,
	.options = options,
	.run = run,
};
