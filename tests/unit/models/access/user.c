/* Tests of users, tokens and passwords: models/access/login.c, user.c,
 * user_hooks.c, principal.c. */
#include "tests/unit/models/access/world.h"

#include <jansson.h>

#include "core/base/limits.h"
#include "models/access/password.h"

#define ANN "{\"id\":\"1\",\"email\":\"ann@x.org\",\"username\":\"ann\"," \
	    "\"password\":\"secret\"}"

static void
open_with_ann(struct world *world, const char *settings)
{
	world_open(world, settings);
	world_start(world, NULL);
	fixture_ok(&world->fixture,
	    weft__user_create(world->access, world_model(world, "User"), NULL,
		weft_slice(ANN), NULL, &world->refusal,
		&world->fixture.error));
}

static int
login(struct world *world, const char *body, struct weft_buf *token)
{
	memset(&world->refusal, 0, sizeof world->refusal);
	weft_buf_clear(token);
	return weft__user_login(world->access, world_model(world, "User"),
	    weft_slice(body), weft_slice("10.0.0.1"), false, token,
	    &world->refusal, &world->error);
}

/* Logs in; the token's text is static, of the last 4 calls. */
static struct weft_slice
log_in(struct world *world, const char *body)
{
	static char texts[4][100];
	static unsigned next;
	struct weft_buf token = WEFT_BUF_INIT(10000);
	char *text = texts[next++ % 4];
	json_t *record;

	fixture_ok(&world->fixture, login(world, body, &token));
	record = json_loads(token.data, 0, NULL);
	snprintf(text, sizeof texts[0], "%s",
	    json_string_value(json_object_get(record, "id")));
	assert_int_equal(strlen(text), 64);
	json_decref(record);
	weft_buf_fini(&token);
	return weft_slice(text);
}

/* Whether the token is somebody's. */
static bool
is_alive(struct world *world, struct weft_slice token)
{
	struct weft__principal *principal;

	fixture_ok(&world->fixture,
	    weft__access_authenticate(world->access, token, &principal,
		&world->refusal, &world->fixture.error));
	weft__principal_release(principal);
	return principal;
}

static void
assert_login_refused(struct world *world, const char *body, int code,
    int status, const char *word, const char *text)
{
	struct weft_buf token = WEFT_BUF_INIT(10000);

	world_assert_refused(world, login(world, body, &token), code, status,
	    word, text);
	assert_int_equal(token.size, 0);
	weft_buf_fini(&token);
}

#define ANN_IN "{\"email\":\"ann@x.org\",\"password\":\"secret\"}"

static void
user_login__gives_a_token(void **state)
{
	struct weft_buf token = WEFT_BUF_INIT(10000);
	struct weft__principal *principal;
	struct world world;
	json_t *record;

	open_with_ann(&world, FIXTURE_SQLITE);
	fixture_ok(&world.fixture, login(&world, ANN_IN, &token));
	record = json_loads(token.data, 0, NULL);
	assert_int_equal(json_object_size(record), 4);
	assert_int_equal(
	    json_integer_value(json_object_get(record, "ttl")), 1209600);
	assert_string_equal(
	    json_string_value(json_object_get(record, "userId")), "1");
	assert_string_equal(
	    json_string_value(json_object_get(record, "created")),
	    "2023-11-14T22:13:20.000Z");
	fixture_ok(&world.fixture,
	    weft__access_authenticate(world.access,
		weft_slice(json_string_value(json_object_get(record, "id"))),
		&principal, &world.refusal, &world.fixture.error));
	assert_non_null(principal);
	assert_memory_equal(
	    weft__principal_user_id(principal).data, "\"1\"", 3);
	assert_int_equal(weft__principal_expires_ms(principal),
	    1700000000000 + 1209600000);
	weft__principal_release(principal);
	json_decref(record);
	weft_buf_fini(&token);
	world_close(&world);
}

static void
user_login__knows_the_user_by_either_name(void **state)
{
	struct weft_buf token = WEFT_BUF_INIT(10000);
	struct world world;

	open_with_ann(&world, FIXTURE_MEMORY);
	log_in(&world, ANN_IN);
	log_in(&world, "{\"username\":\"ann\",\"password\":\"secret\"}");
	fixture_ok(&world.fixture,
	    weft__user_login(world.access, world_model(&world, "User"),
		weft_slice(ANN_IN), weft_slice("10.0.0.1"), true, &token,
		&world.refusal, &world.fixture.error));
	assert_non_null(strstr(token.data,
	    ",\"user\":{\"email\":\"ann@x.org\",\"id\":\"1\","
	    "\"username\":\"ann\"}}"));
	weft_buf_fini(&token);
	world_close(&world);
}

static void
user_login__has_loopbacks_words(void **state)
{
	struct world world;

	open_with_ann(&world, FIXTURE_MEMORY);
	assert_login_refused(&world,
	    "{\"email\":\"ann@x.org\",\"password\":\"Secret\"}", WEFT_EDENIED,
	    401, "LOGIN_FAILED", "login failed");
	assert_login_refused(&world,
	    "{\"email\":\"bob@x.org\",\"password\":\"secret\"}", WEFT_EDENIED,
	    401, "LOGIN_FAILED", "login failed");
	assert_login_refused(&world, "{\"email\":\"ann@x.org\"}",
	    WEFT_EDENIED, 401, "LOGIN_FAILED", "login failed");
	assert_login_refused(&world,
	    "{\"email\":\"ann@x.org\",\"password\":7}", WEFT_EDENIED, 401,
	    "LOGIN_FAILED", "login failed");
	assert_login_refused(&world, "{\"password\":\"secret\"}", WEFT_EINVAL,
	    400, "USERNAME_EMAIL_REQUIRED", "username or email is required");
	assert_login_refused(&world,
	    "{\"email\":{\"neq\":1},\"password\":\"secret\"}", WEFT_EINVAL,
	    400, "INVALID_EMAIL", "Invalid email");
	assert_login_refused(&world,
	    "{\"username\":5,\"password\":\"secret\"}", WEFT_EINVAL, 400,
	    "INVALID_USERNAME", "Invalid username");
	world_close(&world);
}

static void
user_login__bounds_the_life_that_is_asked_for(void **state)
{
	struct weft_buf token = WEFT_BUF_INIT(10000);
	struct world world;

	open_with_ann(&world, FIXTURE_MEMORY);
	fixture_ok(&world.fixture, login(&world,
	    "{\"email\":\"ann@x.org\",\"password\":\"secret\",\"ttl\":5}",
	    &token));
	assert_non_null(strstr(token.data, "\"ttl\":5,"));
	fixture_ok(&world.fixture, login(&world,
	    "{\"email\":\"ann@x.org\",\"password\":\"secret\",\"ttl\":1e12}",
	    &token));
	assert_non_null(strstr(token.data, "\"ttl\":31556926,"));
	fixture_ok(&world.fixture, login(&world,
	    "{\"email\":\"ann@x.org\",\"password\":\"secret\",\"ttl\":\"7\"}",
	    &token));
	assert_non_null(strstr(token.data, "\"ttl\":7,"));
	assert_login_refused(&world, "{\"email\":\"ann@x.org\",\"password\":"
	    "\"secret\",\"ttl\":\"7 days\"}", WEFT_EINVAL, 400, "INVALID_TTL",
	    "Invalid ttl");
	weft_buf_fini(&token);
	world_close(&world);
}

static void
user_login__lets_guesses_wait(void **state)
{
	static const char wrong[] =
	    "{\"email\":\"ann@x.org\",\"password\":\"x\"}";
	struct world world;

	open_with_ann(&world, FIXTURE_MEMORY);
	for (int i = 0; i < WEFT_LIMIT_LOGIN_ACCOUNT; i++)
		assert_login_refused(&world, wrong, WEFT_EDENIED, 401,
		    "LOGIN_FAILED", "login failed");
	assert_login_refused(&world, ANN_IN, WEFT_EDENIED, 429,
	    "TOO_MANY_ATTEMPTS", "Too many attempts: wait 1 s");
	assert_int_equal(world.refusal.retry_after_ms, 1000);
	world.fixture.now_ms += 1000;
	assert_login_refused(&world, wrong, WEFT_EDENIED, 401,
	    "LOGIN_FAILED", "login failed");
	world.fixture.now_ms += 1999;
	assert_login_refused(&world, ANN_IN, WEFT_EDENIED, 429,
	    "TOO_MANY_ATTEMPTS", "Too many attempts: wait 1 s");
	world.fixture.now_ms += 1;
	log_in(&world, ANN_IN);
	assert_login_refused(&world, wrong, WEFT_EDENIED, 401,
	    "LOGIN_FAILED", "login failed");
	world_close(&world);
}

static void
user_login__limits_addresses_too(void **state)
{
	struct world world;
	char body[100];

	open_with_ann(&world, FIXTURE_MEMORY);
	for (int i = 0; i < WEFT_LIMIT_LOGIN_ADDRESS; i++) {
		/* A success in between does not help. */
		if (i % 4 == 0)
			log_in(&world, ANN_IN);
		snprintf(body, sizeof body,
		    "{\"email\":\"u%d@x.org\",\"password\":\"x\"}", i);
		assert_login_refused(&world, body, WEFT_EDENIED, 401,
		    "LOGIN_FAILED", "login failed");
	}
	assert_login_refused(&world, ANN_IN, WEFT_EDENIED, 429,
	    "TOO_MANY_ATTEMPTS", "Too many attempts: wait 1 s");
	world_close(&world);
}

/* The hidden hash of a user. */
static void
read_hash(struct world *world, const char *id, char *hash, size_t size)
{
	const struct weft_call call = {.with_hidden = true};
	struct weft_buf record = WEFT_BUF_INIT(10000);
	json_t *user;

	fixture_ok(&world->fixture,
	    weft_record_find_by_id(world_model(world, "User"), &call,
		weft_slice(id), weft_slice(NULL), &record,
		&world->fixture.error));
	user = json_loads(record.data, 0, NULL);
	snprintf(hash, size, "%s",
	    json_string_value(json_object_get(user, "password")));
	json_decref(user);
	weft_buf_fini(&record);
}

static void
user_login__renews_the_hash_of_an_imported_user(void **state)
{
	struct world world;
	struct weft_slice first;
	char hash[200];

	world_open(&world, FIXTURE_SQLITE);
	world_start(&world, NULL);
	world_put(&world, "User", "{\"id\":\"7\",\"email\":\"old@x.org\","
	    "\"password\":\"$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4"
	    "UpFFP8WIrW\"}");
	read_hash(&world, "7", hash, sizeof hash);
	assert_memory_equal(hash, "$2a$04$", 7);
	first = log_in(
	    &world, "{\"email\":\"old@x.org\",\"password\":\"secret\"}");
	read_hash(&world, "7", hash, sizeof hash);
	assert_memory_equal(hash, "$scrypt$", 8);
	log_in(&world, "{\"email\":\"old@x.org\",\"password\":\"secret\"}");
	assert_true(is_alive(&world, first));
	world_close(&world);
}

static void
user_logout__ends_the_token(void **state)
{
	struct weft__principal *principal;
	struct weft_slice token;
	struct world world;

	open_with_ann(&world, FIXTURE_MEMORY);
	token = log_in(&world, ANN_IN);
	fixture_ok(&world.fixture,
	    weft__access_authenticate(world.access, token, &principal,
		&world.refusal, &world.fixture.error));
	fixture_ok(&world.fixture, weft__user_logout(world.access, principal,
		&world.refusal, &world.fixture.error));
	assert_false(is_alive(&world, token));
	world_assert_refused(&world,
	    weft__user_logout(world.access, principal, &world.refusal,
		&world.error),
	    WEFT_EDENIED, 401, NULL, "Could not find accessToken");
	world_assert_refused(&world,
	    weft__user_logout(world.access, NULL, &world.refusal,
		&world.error),
	    WEFT_EDENIED, 401, NULL, "accessToken is required to logout");
	weft__principal_release(principal);
	world_close(&world);
}

static void
authenticate__refuses_what_has_expired_and_deletes_it(void **state)
{
	struct weft__principal *principal;
	struct weft_slice token;
	struct world world;

	open_with_ann(&world, FIXTURE_MEMORY);
	token = log_in(&world,
	    "{\"email\":\"ann@x.org\",\"password\":\"secret\",\"ttl\":5}");
	world.fixture.now_ms += 4999;
	assert_true(is_alive(&world, token));
	world.fixture.now_ms += 1;
	world_assert_refused(&world,
	    weft__access_authenticate(world.access, token, &principal,
		&world.refusal, &world.error),
	    WEFT_EDENIED, 401, "INVALID_TOKEN", "Invalid Access Token");
	assert_null(principal);
	assert_false(is_alive(&world, token));
	world_close(&world);
}

static void
authenticate__knows_no_other_tokens(void **state)
{
	static const char *const tokens[] = {"", "x", "$anonymous"};
	char longest[2000];
	struct world world;

	open_with_ann(&world, FIXTURE_SQLITE);
	for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
		assert_false(is_alive(&world, weft_slice(tokens[i])));
	memset(longest, 'a', sizeof longest);
	assert_false(is_alive(
	    &world, weft_slice_of(longest, sizeof longest)));
	assert_false(is_alive(&world, weft_slice_of("a\0b", 3)));
	/* One that never ends needs the model's leave. */
	world_put(&world, "AccessToken", "{\"id\":\"e\",\"ttl\":-1,"
	    "\"userId\":\"1\",\"created\":\"2023-11-14T22:13:20.000Z\"}");
	assert_int_equal(weft__access_authenticate(world.access,
	    weft_slice("e"), &(struct weft__principal *){NULL},
	    &world.refusal, &world.error), WEFT_EDENIED);
	world_close(&world);
}

static int
create(struct world *world, const char *data, struct weft_buf *details)
{
	const struct weft_call call = {.details = details};

	memset(&world->refusal, 0, sizeof world->refusal);
	weft_buf_clear(details);
	return weft__user_create(world->access, world_model(world, "User"),
	    &call, weft_slice(data), NULL, &world->refusal, &world->error);
}

static void
user_create__has_loopbacks_words(void **state)
{
	static const char *const cases[][3] = {
	    {"{\"email\":\"ann@x.org\",\"username\":\"ann\","
	     "\"password\":\"p\"}",
		"`email` Email already exists (value: \"ann@x.org\"); "
		"`username` User already exists (value: \"ann\").",
		"{\"context\":\"User\",\"codes\":{\"email\":[\"uniqueness\"],"
		"\"username\":[\"uniqueness\"]},\"messages\":{\"email\":["
		"\"Email already exists\"],\"username\":[\"User already "
		"exists\"]}}"},
	    {"{\"email\":\"nonsense\",\"password\":\"p\"}",
		"`email` is invalid (value: \"nonsense\").",
		"{\"context\":\"User\",\"codes\":{\"email\":["
		"\"custom.email\"]},\"messages\":{\"email\":["
		"\"is invalid\"]}}"},
	    {"{\"email\":\"nonsense-which-is-longer-than-thirty-two-"
	     "characters-altogether\",\"password\":\"p\"}",
		"`email` is invalid (value: "
		"\"nonsense-which-is-longer-...her\").", NULL},
	    {"{}", "`password` can't be blank (value: undefined); "
		"`email` can't be blank (value: undefined).", NULL},
	};
	struct weft_buf details = WEFT_BUF_INIT(10000);
	struct world world;
	char text[300];

	open_with_ann(&world, FIXTURE_SQLITE);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(create(&world, cases[i][0], &details),
		    WEFT_EVALIDATION);
		snprintf(text, sizeof text, "The `User` instance is not "
		    "valid. Details: %s", cases[i][1]);
		assert_string_equal(world.error.text, text);
		if (cases[i][2])
			assert_string_equal(details.data, cases[i][2]);
	}
	world_assert_refused(&world,
	    create(&world, "{\"email\":\"b@x.org\",\"password\":\"\"}",
		&details),
	    WEFT_EVALIDATION, 422, "INVALID_PASSWORD", "Invalid password.");
	weft_buf_fini(&details);
	world_close(&world);
}

static void
user_create__keeps_the_password_as_a_hash(void **state)
{
	struct weft_buf record = WEFT_BUF_INIT(10000);
	struct world world;
	char hash[200];

	open_with_ann(&world, FIXTURE_MEMORY);
	read_hash(&world, "1", hash, sizeof hash);
	assert_memory_equal(hash, "$scrypt$ln=1,r=1,p=1$", 21);
	fixture_ok(&world.fixture,
	    weft__user_create(world.access, world_model(&world, "User"),
		NULL, weft_slice("{\"id\":\"2\",\"email\":\"b@x.org\","
		"\"password\":\"p\",\"emailVerified\":true}"), &record,
		&world.refusal, &world.fixture.error));
	assert_string_equal(record.data,
	    "{\"email\":\"b@x.org\",\"emailVerified\":false,\"id\":\"2\"}");
	weft_buf_fini(&record);
	world_close(&world);
}

static void
user_hooks__guard_every_write(void **state)
{
	struct weft_model *users;
	struct weft_slice token;
	struct world world;

	open_with_ann(&world, FIXTURE_SQLITE);
	users = world_model(&world, "User");
	token = log_in(&world, ANN_IN);
	world_put(&world, "User", "{\"id\":\"2\",\"email\":\"b@x.org\","
	    "\"password\":\"p\"}");
	assert_int_equal(weft_record_patch(users, NULL, weft_slice("2"),
	    weft_slice("{\"email\":\"ann@x.org\"}"), NULL, &world.error),
	    WEFT_EVALIDATION);
	assert_true(is_alive(&world, token));
	fixture_ok(&world.fixture, weft_record_patch(users, NULL,
	    weft_slice("1"), weft_slice("{\"realm\":\"r\"}"), NULL,
	    &world.fixture.error));
	assert_true(is_alive(&world, token));
	fixture_ok(&world.fixture, weft_record_patch(users, NULL,
	    weft_slice("1"), weft_slice("{\"password\":\"new\"}"), NULL,
	    &world.fixture.error));
	assert_false(is_alive(&world, token));
	token = log_in(
	    &world, "{\"email\":\"ann@x.org\",\"password\":\"new\"}");
	fixture_ok(&world.fixture, weft_record_patch(users, NULL,
	    weft_slice("1"), weft_slice("{\"email\":\"a@x.org\"}"), NULL,
	    &world.fixture.error));
	assert_false(is_alive(&world, token));
	token = log_in(
	    &world, "{\"email\":\"a@x.org\",\"password\":\"new\"}");
	fixture_ok(&world.fixture, weft_record_delete_by_id(users, NULL,
	    weft_slice("1"), NULL, &world.fixture.error));
	assert_false(is_alive(&world, token));
	world_close(&world);
}

static void
user_change_password__keeps_this_token_and_ends_others(void **state)
{
	struct weft_model *users;
	struct weft_slice here, there;
	struct weft__principal *principal;
	struct world world;

	open_with_ann(&world, FIXTURE_SQLITE);
	users = world_model(&world, "User");
	here = log_in(&world, ANN_IN);
	there = log_in(&world, ANN_IN);
	fixture_ok(&world.fixture,
	    weft__access_authenticate(world.access, here, &principal,
		&world.refusal, &world.fixture.error));
	world_assert_refused(&world,
	    weft__user_change_password(world.access, users, principal,
		weft_slice("wrong"), weft_slice("new"), &world.refusal,
		&world.error),
	    WEFT_EINVAL, 400, "INVALID_PASSWORD", "Invalid current password");
	world_assert_refused(&world,
	    weft__user_change_password(world.access, users, principal,
		weft_slice("secret"), weft_slice(""), &world.refusal,
		&world.error),
	    WEFT_EVALIDATION, 422, "INVALID_PASSWORD", "Invalid password.");
	world_assert_refused(&world,
	    weft__user_change_password(world.access, users, NULL,
		weft_slice("secret"), weft_slice("new"), &world.refusal,
		&world.error),
	    WEFT_EDENIED, 401, "USER_NOT_FOUND", "User undefined not found");
	fixture_ok(&world.fixture,
	    weft__user_change_password(world.access, users, principal,
		weft_slice("secret"), weft_slice("new"), &world.refusal,
		&world.fixture.error));
	assert_true(is_alive(&world, here));
	assert_false(is_alive(&world, there));
	log_in(&world, "{\"email\":\"ann@x.org\",\"password\":\"new\"}");
	weft__principal_release(principal);
	world_close(&world);
}

/* Keeps what was sent to whom. */
struct mail {
	int count;
	char email[100];
	char token[100];
};

static void
send_mail(struct weft_model *model, struct weft_slice record,
    struct weft_slice email, struct weft_slice token, void *context)
{
	struct mail *mail = context;

	mail->count++;
	assert_null(strstr(record.data, "password"));
	snprintf(mail->email, sizeof mail->email, "%.*s", (int)email.size,
	    email.data);
	snprintf(mail->token, sizeof mail->token, "%.*s", (int)token.size,
	    token.data);
}

static int
reset(struct world *world, const char *body)
{
	memset(&world->refusal, 0, sizeof world->refusal);
	return weft__user_reset_password(world->access,
	    world_model(world, "User"), weft_slice(body),
	    weft_slice("10.0.0.1"), &world->refusal, &world->error);
}

static void
user_reset_password__sends_a_token_for_that_alone(void **state)
{
	struct weft__access_options options = WEFT__ACCESS_OPTIONS_INIT;
	struct weft__principal *principal;
	struct mail mail = {0};
	struct world world;

	world_open(&world, FIXTURE_SQLITE);
	options.reset = send_mail;
	options.reset_context = &mail;
	world_start(&world, &options);
	world_put(&world, "User", ANN);
	assert_int_equal(reset(&world, "{\"email\":\"no@x.org\"}"), 0);
	assert_int_equal(mail.count, 0);
	world_assert_refused(&world, reset(&world, "{}"), WEFT_EINVAL, 400,
	    "EMAIL_REQUIRED", "Email is required");
	assert_int_equal(reset(&world, "{\"email\":\"ann@x.org\"}"), 0);
	assert_int_equal(mail.count, 1);
	assert_string_equal(mail.email, "ann@x.org");
	fixture_ok(&world.fixture,
	    weft__access_authenticate(world.access, weft_slice(mail.token),
		&principal, &world.refusal, &world.fixture.error));
	assert_int_equal(
	    world_check(&world, principal, "User", "findById", "1"),
	    WEFT_EDENIED);
	assert_int_equal(
	    world_check(&world, principal, "User", "setPassword", NULL), 0);
	fixture_ok(&world.fixture,
	    weft__user_set_password(world.access, world_model(&world, "User"),
		principal, weft_slice("new"), &world.refusal,
		&world.fixture.error));
	weft__principal_release(principal);
	assert_false(is_alive(&world, weft_slice(mail.token)));
	log_in(&world, "{\"email\":\"ann@x.org\",\"password\":\"new\"}");
	world_close(&world);
}

/* It says so, rather than that a mail is on its way. */
static void
user_reset_password__is_not_there_without_a_sender(void **state)
{
	struct world world;

	world_open(&world, FIXTURE_MEMORY);
	world_start(&world, NULL);
	world_put(&world, "User", ANN);
	world_assert_refused(&world, reset(&world, "{\"email\":\"ann@x.org\"}"),
	    WEFT_EUNSUPPORTED, 501, "NOT_IMPLEMENTED",
	    "This server has no way to send a token to reset a password.");
	world_close(&world);
}

static void
user_reset_password__sends_not_without_end(void **state)
{
	struct weft__access_options options = WEFT__ACCESS_OPTIONS_INIT;
	struct mail mail = {0};
	struct world world;
	int code = 0;

	world_open(&world, FIXTURE_MEMORY);
	options.reset = send_mail;
	options.reset_context = &mail;
	world_start(&world, &options);
	world_put(&world, "User", ANN);
	for (int i = 0; i < 10; i++)
		code = reset(&world, "{\"email\":\"ann@x.org\"}");
	world_assert_refused(&world, code, WEFT_EDENIED, 429,
	    "TOO_MANY_ATTEMPTS", "Too many attempts: wait 1 s");
	assert_int_equal(mail.count, WEFT_LIMIT_LOGIN_ACCOUNT);
	world_close(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(user_login__gives_a_token),
	    cmocka_unit_test(user_login__knows_the_user_by_either_name),
	    cmocka_unit_test(user_login__has_loopbacks_words),
	    cmocka_unit_test(user_login__bounds_the_life_that_is_asked_for),
	    cmocka_unit_test(user_login__lets_guesses_wait),
	    cmocka_unit_test(user_login__limits_addresses_too),
	    cmocka_unit_test(user_login__renews_the_hash_of_an_imported_user),
	    cmocka_unit_test(user_logout__ends_the_token),
	    cmocka_unit_test(
		authenticate__refuses_what_has_expired_and_deletes_it),
	    cmocka_unit_test(authenticate__knows_no_other_tokens),
	    cmocka_unit_test(user_create__has_loopbacks_words),
	    cmocka_unit_test(user_create__keeps_the_password_as_a_hash),
	    cmocka_unit_test(user_hooks__guard_every_write),
	    cmocka_unit_test(
		user_change_password__keeps_this_token_and_ends_others),
	    cmocka_unit_test(
		user_reset_password__sends_a_token_for_that_alone),
	    cmocka_unit_test(
		user_reset_password__is_not_there_without_a_sender),
	    cmocka_unit_test(user_reset_password__sends_not_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
