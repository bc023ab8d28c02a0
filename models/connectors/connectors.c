#include "models/connectors/connectors.h"

static const struct {
	const char *name;
	const struct weft_connector_ops *ops;
} connectors[] = {
    {"memory", &weft__connector_memory},
    {"sqlite", &weft__connector_sqlite},
    {"sqlite3", &weft__connector_sqlite}, /* LoopBack's name */
    {"remote", &weft__connector_remote},
    {"loopback-connector-remote", &weft__connector_remote},
};

const struct weft_connector_ops *
weft__connector_find(const char *name)
{
	for (size_t i = 0; i < sizeof connectors / sizeof *connectors; i++)
		if (strcmp(name, connectors[i].name) == 0)
			return connectors[i].ops;
	return NULL;
}
