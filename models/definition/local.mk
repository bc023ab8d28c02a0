# Models as they are declared: their files, properties, names.
libweft_all_la_SOURCES += \
	models/definition/base_model.c models/definition/base_model.h \
	models/definition/config.c models/definition/config.h \
	models/definition/config_env.c models/definition/config_env.h \
	models/definition/config_merge.c \
	models/definition/config_merge.h \
	models/definition/definition.c models/definition/definition.h \
	models/definition/keys.c models/definition/keys.h \
	models/definition/members.c models/definition/members.h \
	models/definition/plural.c models/definition/plural.h \
	models/definition/property.c models/definition/property.h \
	models/definition/registry_file.c models/definition/registry_file.h \
	models/definition/registry_load.c
