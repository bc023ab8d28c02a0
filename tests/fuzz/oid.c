/* A parsed object id is printed as it was written. */
#include "tests/lib/fuzz.h"

#include <stdlib.h>

#include "core/base/hash.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weft_slice text = weft_slice_of((const char *)data, size);
	char printed[WEFT__OID_HEX + 1];
	struct weft__oid oid;

	if (weft__oid_parse(text, &oid)) {
		weft__oid_format(&oid, printed);
		if (!weft_slice_equal(weft_slice(printed), text))
			abort();
	}
	return 0;
}
