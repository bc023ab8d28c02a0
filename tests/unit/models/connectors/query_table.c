#include "tests/unit/models/connectors/query_table.h"

const struct query_value query_values[] = {
    {"absent", NULL},
    {"null", "null"},
    {"no", "false"},
    {"yes", "true"},
    {"n-1", "-1"},
    {"n0", "0"},
    {"n1", "1"},
    {"n10", "10"},
    {"n0.1", "0.1"},
    {"n1e20", "100000000000000000000"},
    {"n2^63", "9223372036854775000"},
    {"ntiny", "5e-324"},
    {"s", "\"\""},
    {"s0", "\"a\\u0000b\""},
    {"sa", "\"a\""},
    {"sab", "\"ab\""},
    {"sB", "\"B\""},
    {"s1", "\"1\""},
    {"strue", "\"true\""},
    {"s[1]", "\"[1]\""},
    {"s{}", "\"{}\""},
    {"s%", "\"100%\""},
    {"sacute", "\"\xc3\xa9\""},
    {"swide", "\"\xef\xbd\x9e\""},
    {"ssmile", "\"\xf0\x9f\x98\x80\""},
    {"sdate", "\"2020-02-03T04:05:06.789Z\""},
    {"l", "[]"},
    {"l1", "[1]"},
    {"la", "[\"a\"]"},
    {"o", "{}"},
    {"o1", "{\"a\":1}"},
};
const size_t query_values_length =
    sizeof query_values / sizeof *query_values;

const struct query_row query_rows[] = {
    {"null", "absent null"},
    {"false", "no"},
    {"true", "yes"},
    {"-1", "n-1"},
    {"0", "n0"},
    {"1", "l1 n1"},
    {"10", "n10"},
    {"0.1", "n0.1"},
    {"1e+20", "n1e20"},
    {"9223372036854775000", "n2^63"},
    {"\"\"", "s"},
    {"\"a\"", "la sa"},
    {"\"a\\u0000b\"", "s0"},
    {"\"1\"", "s1"},
    {"\"true\"", "strue"},
    {"\"[1]\"", "s[1]"},
    {"\"{}\"", "s{}"},
    {"\"\xc3\xa9\"", "sacute"},
    {"\"\xf0\x9f\x98\x80\"", "ssmile"},
    {"\"2020-02-03T04:05:06.789Z\"", "sdate"},
    {"[]", "l"},
    {"[1]", "l1"},
    {"[\"a\"]", "la"},
    {"5", ""},
    {"{\"eq\":{}}", "o"},
    {"{\"eq\":{\"a\":1}}", "o1"},
    {"{\"neq\":null}",
	"l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny o o1 s s% s0 "
	"s1 sB s[1] sa sab sacute sdate ssmile strue swide s{} yes"},
    {"{\"neq\":false}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 ntiny null o o1 "
	"s s% s0 s1 sB s[1] sa sab sacute sdate ssmile strue swide s{} "
	"yes"},
    {"{\"neq\":1}",
	"absent l la n-1 n0 n0.1 n10 n1e20 n2^63 no ntiny null o o1 s "
	"s% s0 s1 sB s[1] sa sab sacute sdate ssmile strue swide s{} "
	"yes"},
    {"{\"neq\":\"1\"}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s s% s0 sB s[1] sa sab sacute sdate ssmile strue swide s{} "
	"yes"},
    {"{\"neq\":\"a\\u0000b\"}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s s% s1 sB s[1] sa sab sacute sdate ssmile strue swide s{} "
	"yes"},
    {"{\"neq\":[1]}",
	"absent l la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o o1 "
	"s s% s0 s1 sB s[1] sa sab sacute sdate ssmile strue swide s{} "
	"yes"},
    {"{\"neq\":\"missing\"}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s s% s0 s1 sB s[1] sa sab sacute sdate ssmile strue swide "
	"s{} yes"},
    {"{\"gt\":null}", ""},
    {"{\"gt\":false}", "yes"},
    {"{\"gt\":true}", ""},
    {"{\"gt\":0}", "l1 n0.1 n1 n10 n1e20 n2^63 ntiny"},
    {"{\"gt\":1}", "n10 n1e20 n2^63"},
    {"{\"gt\":0.1}", "l1 n1 n10 n1e20 n2^63"},
    {"{\"gt\":1e+20}", ""},
    {"{\"gt\":9223372036854775000}", "n1e20"},
    {"{\"gt\":\"\"}",
	"la s% s0 s1 sB s[1] sa sab sacute sdate ssmile strue swide "
	"s{}"},
    {"{\"gt\":\"a\"}", "s0 sab sacute ssmile strue swide s{}"},
    {"{\"gt\":\"a\\u0000b\"}", "sab sacute ssmile strue swide s{}"},
    {"{\"gt\":\"\xc3\xa9\"}", "ssmile swide"},
    {"{\"gt\":\"\xef\xbd\x9e\"}", "ssmile"},
    {"{\"gt\":\"2020\"}",
	"la s0 sB s[1] sa sab sacute sdate ssmile strue swide s{}"},
    {"{\"gt\":[1]}", "l"},
    {"{\"gt\":[]}", ""},
    {"{\"gte\":null}", "absent null"},
    {"{\"gte\":false}", "no yes"},
    {"{\"gte\":true}", "yes"},
    {"{\"gte\":0}", "l1 n0 n0.1 n1 n10 n1e20 n2^63 ntiny"},
    {"{\"gte\":1}", "l1 n1 n10 n1e20 n2^63"},
    {"{\"gte\":0.1}", "l1 n0.1 n1 n10 n1e20 n2^63"},
    {"{\"gte\":1e+20}", "n1e20"},
    {"{\"gte\":9223372036854775000}", "n1e20 n2^63"},
    {"{\"gte\":\"\"}",
	"la s s% s0 s1 sB s[1] sa sab sacute sdate ssmile strue swide "
	"s{}"},
    {"{\"gte\":\"a\"}", "la s0 sa sab sacute ssmile strue swide s{}"},
    {"{\"gte\":\"a\\u0000b\"}", "s0 sab sacute ssmile strue swide s{}"},
    {"{\"gte\":\"\xc3\xa9\"}", "sacute ssmile swide"},
    {"{\"gte\":\"\xef\xbd\x9e\"}", "ssmile swide"},
    {"{\"gte\":\"2020\"}",
	"la s0 sB s[1] sa sab sacute sdate ssmile strue swide s{}"},
    {"{\"gte\":[1]}", "l l1"},
    {"{\"gte\":[]}", "l"},
    {"{\"lt\":null}", ""},
    {"{\"lt\":false}", ""},
    {"{\"lt\":true}", "no"},
    {"{\"lt\":0}", "n-1"},
    {"{\"lt\":1}", "n-1 n0 n0.1 ntiny"},
    {"{\"lt\":0.1}", "n-1 n0 ntiny"},
    {"{\"lt\":1e+20}", "l1 n-1 n0 n0.1 n1 n10 n2^63 ntiny"},
    {"{\"lt\":9223372036854775000}", "l1 n-1 n0 n0.1 n1 n10 ntiny"},
    {"{\"lt\":\"\"}", ""},
    {"{\"lt\":\"a\"}", "s s% s1 sB s[1] sdate"},
    {"{\"lt\":\"a\\u0000b\"}", "la s s% s1 sB s[1] sa sdate"},
    {"{\"lt\":\"\xc3\xa9\"}", "la s s% s0 s1 sB s[1] sa sab sdate strue s{}"},
    {"{\"lt\":\"\xef\xbd\x9e\"}",
	"la s s% s0 s1 sB s[1] sa sab sacute sdate strue s{}"},
    {"{\"lt\":\"2020\"}", "s s% s1"},
    {"{\"lt\":[1]}", "la"},
    {"{\"lt\":[]}", "l1 la"},
    {"{\"lte\":null}", "absent null"},
    {"{\"lte\":false}", "no"},
    {"{\"lte\":true}", "no yes"},
    {"{\"lte\":0}", "n-1 n0"},
    {"{\"lte\":1}", "l1 n-1 n0 n0.1 n1 ntiny"},
    {"{\"lte\":0.1}", "n-1 n0 n0.1 ntiny"},
    {"{\"lte\":1e+20}", "l1 n-1 n0 n0.1 n1 n10 n1e20 n2^63 ntiny"},
    {"{\"lte\":9223372036854775000}", "l1 n-1 n0 n0.1 n1 n10 n2^63 ntiny"},
    {"{\"lte\":\"\"}", "s"},
    {"{\"lte\":\"a\"}", "la s s% s1 sB s[1] sa sdate"},
    {"{\"lte\":\"a\\u0000b\"}", "la s s% s0 s1 sB s[1] sa sdate"},
    {"{\"lte\":\"\xc3\xa9\"}",
	"la s s% s0 s1 sB s[1] sa sab sacute sdate strue s{}"},
    {"{\"lte\":\"\xef\xbd\x9e\"}",
	"la s s% s0 s1 sB s[1] sa sab sacute sdate strue swide s{}"},
    {"{\"lte\":\"2020\"}", "s s% s1"},
    {"{\"lte\":[1]}", "l1 la"},
    {"{\"lte\":[]}", "l l1 la"},
    {"{\"between\":[0,1]}", "l1 n0 n0.1 n1 ntiny"},
    {"{\"between\":[1,0]}", ""},
    {"{\"between\":[\"a\",\"b\"]}", "la s0 sa sab"},
    {"{\"between\":[false,true]}", "no yes"},
    {"{\"between\":[null,null]}", "absent null"},
    {"{\"between\":[\"\",\"\xef\xbd\x9e\"]}",
	"la s s% s0 s1 sB s[1] sa sab sacute sdate strue swide s{}"},
    {"{\"between\":[0,\"a\"]}", ""},
    {"{\"between\":[-1e+300,1e+300]}",
	"l1 n-1 n0 n0.1 n1 n10 n1e20 n2^63 ntiny"},
    {"{\"between\":[\"2020-01-01\",\"2021\"]}", "sdate"},
    {"{\"inq\":[]}", ""},
    {"{\"inq\":[null]}", "absent null"},
    {"{\"inq\":[1]}", "l1 n1"},
    {"{\"inq\":[1,\"1\",true]}", "l1 n1 s1 yes"},
    {"{\"inq\":[null,\"a\",[1]]}", "absent l1 la null sa"},
    {"{\"inq\":[\"a\\u0000b\",\"\xc3\xa9\",0.1]}", "n0.1 s0 sacute"},
    {"{\"inq\":[{},\"nope\"]}", "o"},
    {"{\"nin\":[]}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s s% s0 s1 sB s[1] sa sab sacute sdate ssmile strue swide "
	"s{} yes"},
    {"{\"nin\":[null]}",
	"l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny o o1 s s% s0 "
	"s1 sB s[1] sa sab sacute sdate ssmile strue swide s{} yes"},
    {"{\"nin\":[1,\"1\",true]}",
	"absent l la n-1 n0 n0.1 n10 n1e20 n2^63 no ntiny null o o1 s "
	"s% s0 sB s[1] sa sab sacute sdate ssmile strue swide s{}"},
    {"{\"nin\":[null,\"a\",[1]]}",
	"l n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny o o1 s s% s0 s1 sB "
	"s[1] sab sacute sdate ssmile strue swide s{} yes"},
    {"{\"nin\":[\"nope\"]}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s s% s0 s1 sB s[1] sa sab sacute sdate ssmile strue swide "
	"s{} yes"},
    {"{\"like\":\"%\"}",
	"la s s% s0 s1 sB s[1] sa sab sacute sdate ssmile strue swide "
	"s{}"},
    {"{\"like\":\"a\"}", "la sa"},
    {"{\"like\":\"a%\"}", "la s0 sa sab"},
    {"{\"like\":\"%b\"}", "s0 sab"},
    {"{\"like\":\"_\"}", "la s1 sB sa sacute ssmile swide"},
    {"{\"like\":\"%\\u0000%\"}", "s0"},
    {"{\"like\":\"[1]\"}", "s[1]"},
    {"{\"like\":\"100\\\\%\"}", "s%"},
    {"{\"like\":\"A%\"}", ""},
    {"{\"like\":\"\"}", "s"},
    {"{\"nlike\":\"%\"}",
	"absent l l1 n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o o1 "
	"yes"},
    {"{\"nlike\":\"a\"}",
	"absent l l1 n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o o1 "
	"s s% s0 s1 sB s[1] sab sacute sdate ssmile strue swide s{} "
	"yes"},
    {"{\"nlike\":\"a%\"}",
	"absent l l1 n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o o1 "
	"s s% s1 sB s[1] sacute sdate ssmile strue swide s{} yes"},
    {"{\"nlike\":\"%b\"}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s s% s1 sB s[1] sa sacute sdate ssmile strue swide s{} yes"},
    {"{\"nlike\":\"_\"}",
	"absent l l1 n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o o1 "
	"s s% s0 s[1] sab sdate strue s{} yes"},
    {"{\"nlike\":\"%\\u0000%\"}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s s% s1 sB s[1] sa sab sacute sdate ssmile strue swide s{} "
	"yes"},
    {"{\"nlike\":\"[1]\"}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s s% s0 s1 sB sa sab sacute sdate ssmile strue swide s{} "
	"yes"},
    {"{\"nlike\":\"100\\\\%\"}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s s0 s1 sB s[1] sa sab sacute sdate ssmile strue swide s{} "
	"yes"},
    {"{\"nlike\":\"A%\"}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s s% s0 s1 sB s[1] sa sab sacute sdate ssmile strue swide "
	"s{} yes"},
    {"{\"nlike\":\"\"}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s% s0 s1 sB s[1] sa sab sacute sdate ssmile strue swide "
	"s{} yes"},
    {"{\"ilike\":\"A%\"}", "la s0 sa sab"},
    {"{\"ilike\":\"\xc3\x89\"}", "sacute"},
    {"{\"ilike\":\"TRUE\"}", "strue"},
    {"{\"ilike\":\"b\"}", "sB"},
    {"{\"nilike\":\"A%\"}",
	"absent l l1 n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o o1 "
	"s s% s1 sB s[1] sacute sdate ssmile strue swide s{} yes"},
    {"{\"nilike\":\"\xc3\x89\"}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s s% s0 s1 sB s[1] sa sab sdate ssmile strue swide s{} yes"},
    {"{\"nilike\":\"TRUE\"}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s s% s0 s1 sB s[1] sa sab sacute sdate ssmile swide s{} yes"},
    {"{\"nilike\":\"b\"}",
	"absent l l1 la n-1 n0 n0.1 n1 n10 n1e20 n2^63 no ntiny null o "
	"o1 s s% s0 s1 s[1] sa sab sacute sdate ssmile strue swide s{} "
	"yes"},
    {"{\"regexp\":\"^a\"}", "la s0 sa sab"},
    {"{\"regexp\":\"/^A/i\"}", "la s0 sa sab"},
    {"{\"regexp\":\"1$\"}", "s1"},
    {"{\"regexp\":\"^$\"}", "s"},
    {"{\"regexp\":\".\"}",
	"la s% s0 s1 sB s[1] sa sab sacute sdate ssmile strue swide "
	"s{}"},
    {"{\"regexp\":\"\\\\d{4}-\"}", "sdate"},
};
const size_t query_rows_length = sizeof query_rows / sizeof *query_rows;

const char query_ascending[] =
    "absent null no yes n-1 n0 ntiny n0.1 n1 n10 n2^63 n1e20 s s1 "
    "s% sdate sB s[1] sa s0 sab strue s{} sacute swide ssmile la "
    "l1 l o1 o";
const char query_descending[] =
    "o o1 l l1 la ssmile swide sacute s{} strue sab s0 sa s[1] sB "
    "sdate s% s1 s n1e20 n2^63 n10 n1 n0.1 ntiny n0 n-1 yes no "
    "absent null";
