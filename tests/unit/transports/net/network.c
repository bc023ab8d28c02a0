/* Tests of transports/net/network.h and of reading addresses. */
#include "tests/lib/test.h"

#include "transports/net/network.h"

static void
network_parse__takes_addresses_and_networks(void **state)
{
	static const struct {
		const char *text;
		bool is_one;
	} rows[] = {
	    {"127.0.0.1", true}, {"10.0.0.0/8", true}, {"10.0.0.0/0", true},
	    {"10.0.0.0/32", true}, {"::1", true}, {"fe80::/10", true},
	    {"::/128", true}, {"", false}, {"x", false}, {"10.0.0", false},
	    {"10.0.0.0/33", false}, {"10.0.0.0/", false},
	    {"10.0.0.0/-1", false}, {"10.0.0.0/8x", false},
	    {"10.0.0.0/99999999999", false}, {"::/129", false},
	    {"/8", false}, {"10.0.0.1 ", false},
	    {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc",
		false},
	};
	struct weft__network network;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(
		    weft__network_parse(rows[i].text, &network),
		    rows[i].is_one);
}

static void
network_has__compares_the_bits_that_count(void **state)
{
	static const struct {
		const char *network, *address;
		bool has;
	} rows[] = {
	    {"10.0.0.0/8", "10.255.1.2", true},
	    {"10.0.0.0/8", "11.0.0.0", false},
	    {"10.1.2.3/8", "10.0.0.1", true},
	    {"192.168.4.0/23", "192.168.5.255", true},
	    {"192.168.4.0/23", "192.168.6.0", false},
	    {"0.0.0.0/0", "8.8.8.8", true},
	    {"0.0.0.0/0", "::1", false},
	    {"127.0.0.1", "127.0.0.1", true},
	    {"127.0.0.1", "127.0.0.2", false},
	    {"127.0.0.1", "::ffff:127.0.0.1", true},
	    {"2001:db8::/33", "2001:db8:7fff::1", true},
	    {"2001:db8::/33", "2001:db8:8000::1", false},
	    {"::1", "::1", true},
	    {"::/0", "fe80::1", true},
	};
	struct weft__network network;
	struct weft__address address;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(
		    weft__network_parse(rows[i].network, &network));
		assert_true(weft__address_read(
		    weft_slice(rows[i].address), &address));
		assert_int_equal(
		    weft__network_has(&network, &address), rows[i].has);
	}
}

static void
address_read__takes_numbers_only(void **state)
{
	static const char *const bad[] = {"", "x", "localhost", "1.2.3.4:80",
	    "[::1]", " 1.2.3.4", "1.2.3.4, 5.6.7.8", "unknown"};
	struct weft__address address;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(
		    weft__address_read(weft_slice(bad[i]), &address));
	assert_true(
	    weft__address_read(weft_slice("::FFFF:1.2.3.4"), &address));
	assert_string_equal(address.text, "1.2.3.4");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(network_parse__takes_addresses_and_networks),
	    cmocka_unit_test(network_has__compares_the_bits_that_count),
	    cmocka_unit_test(address_read__takes_numbers_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
