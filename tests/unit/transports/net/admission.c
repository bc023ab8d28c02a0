/* Tests of transports/net/admission.h and address.h. */
#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "transports/net/admission.h"

static struct weft__address
address_of(const char *text)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(7)};
	struct sockaddr_in6 v6 = {
	    .sin6_family = AF_INET6, .sin6_port = htons(7)};
	struct weft__address address;

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
		weft__address_set(&address, (struct sockaddr *)&v4);
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
		weft__address_set(&address, (struct sockaddr *)&v6);
	}
	return address;
}

static bool
same_key(const char *a, const char *b)
{
	struct weft__address first = address_of(a), second = address_of(b);

	return memcmp(first.key, second.key, sizeof first.key) == 0;
}

static void
address__is_text_and_key(void **state)
{
	struct weft__address address = address_of("192.0.2.1");
	struct sockaddr_un local = {.sun_family = AF_UNIX};

	assert_string_equal(address.text, "192.0.2.1");
	assert_int_equal(address.port, 7);
	address = address_of("2001:db8::1");
	assert_string_equal(address.text, "2001:db8::1");
	address = address_of("::ffff:192.0.2.1");
	assert_string_equal(address.text, "192.0.2.1");
	weft__address_set(&address, (struct sockaddr *)&local);
	assert_string_equal(address.text, "-");
}

static void
address__of_one_host_has_one_key(void **state)
{
	assert_true(same_key("192.0.2.1", "::ffff:192.0.2.1"));
	assert_false(same_key("192.0.2.1", "192.0.2.2"));
	assert_true(same_key("2001:db8:1:2::1", "2001:db8:1:2:3:4:5:6"));
	assert_false(same_key("2001:db8:1:2::1", "2001:db8:1:3::1"));
}

static void
admission__counts_all_and_each_address(void **state)
{
	struct weft__admission *admission = weft__admission_create(4, 2);
	struct weft__address a = address_of("192.0.2.1");
	struct weft__address b = address_of("192.0.2.2");
	struct weft__address c = address_of("192.0.2.3");

	assert_int_equal(weft__admission_enter(admission, &a), WEFT__ADMITTED);
	assert_int_equal(weft__admission_enter(admission, &a), WEFT__ADMITTED);
	assert_int_equal(
	    weft__admission_enter(admission, &a), WEFT__REFUSED_ADDRESS);
	assert_int_equal(weft__admission_enter(admission, &b), WEFT__ADMITTED);
	assert_int_equal(weft__admission_enter(admission, &c), WEFT__ADMITTED);
	assert_int_equal(
	    weft__admission_enter(admission, &c), WEFT__REFUSED_TOTAL);
	assert_int_equal(weft__admission_count(admission), 4);
	weft__admission_leave(admission, &a);
	assert_int_equal(weft__admission_enter(admission, &c), WEFT__ADMITTED);
	weft__admission_leave(admission, &a);
	weft__admission_leave(admission, &b);
	weft__admission_leave(admission, &c);
	weft__admission_leave(admission, &c);
	assert_int_equal(weft__admission_count(admission), 0);
	assert_int_equal(weft__admission_enter(admission, &a), WEFT__ADMITTED);
	weft__admission_destroy(admission);
	weft__admission_destroy(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(address__is_text_and_key),
	    cmocka_unit_test(address__of_one_host_has_one_key),
	    cmocka_unit_test(admission__counts_all_and_each_address),
	};

	return cmocka_run_group_tests_name("admission", tests, NULL, NULL);
}
