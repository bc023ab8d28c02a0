/* Tests of models/connectors/sqlite*.c: the suite, and what is its own. */
#include "tests/unit/models/connectors/conformance.h"

#include "models/connectors/connectors.h"

int
main(void)
{
	return conformance_run("sqlite", &weft__connector_sqlite,
	    "{\"file\":\"db.sqlite\"}", NULL, 0);
}
