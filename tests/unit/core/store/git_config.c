/* Tests of core/store/git_config.h. */
#include "tests/lib/test.h"

#include "core/store/git_config.h"

static void
assert_fault(const char *config, const char *wanted)
{
	const char *fault = weft__git_config_fault(weft_slice(config));

	if (!wanted)
		assert_null(fault);
	else if (!fault || !strstr(fault, wanted))
		fail_msg("%s: %s", config, fault ? fault : "no fault");
}

static void
fault__of_what_weft_can_use_is_none(void **state)
{
	assert_fault("", NULL);
	assert_fault("[core]\n\trepositoryformatversion = 0\n"
	             "\tfilemode = true\n\tbare = true\n[gc]\n\tauto = 0\n",
	    NULL);
	assert_fault("[Core]\r\n RepositoryFormatVersion=1\r\n"
	             "[extensions]\r\n objectFormat = \"sha1\"\r\n"
	             " noop\r\n refStorage = files",
	    NULL);
	assert_fault("# [core]\n; bare = false\n[other]\nbare = false\n"
	             "repositoryformatversion = 7\n",
	    NULL);
	assert_fault("[core]\nbare = true # bare = false\n", NULL);
}

static void
fault__names_what_weft_cannot_use(void **state)
{
	assert_fault("[core]\nbare = false\n", "working tree");
	assert_fault("[core]\n\tbare=FALSE;\n", "working tree");
	assert_fault("[core]\nrepositoryformatversion = 2", "later format");
	assert_fault("[core]\nrepositoryformatversion = 10", "later format");
	assert_fault("[core]\nrepositoryformatversion =", "later format");
	assert_fault("[extensions]\nobjectformat = sha256\n", "SHA-1");
	assert_fault("[EXTENSIONS]\nobjectformat\n", "SHA-1");
	assert_fault("[extensions]\nrefstorage = reftable\n", "refs");
	assert_fault("[extensions]\nx = y\n", "unknown extension");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fault__of_what_weft_can_use_is_none),
	    cmocka_unit_test(fault__names_what_weft_cannot_use),
	};

	return cmocka_run_group_tests_name("git_config", tests, NULL, NULL);
}
