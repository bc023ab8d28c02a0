# Users, tokens, roles, rules: who may do what.
libweft_all_la_SOURCES += \
	models/access/access.c models/access/access.h \
	models/access/access_private.h \
	models/access/admin.c models/access/admin.h \
	models/access/builtin.c models/access/builtin.h \
	models/access/changed.c \
	models/access/check.c \
	models/access/email.c \
	models/access/guard.c models/access/guard.h \
	models/access/login.c \
	models/access/look.c \
	models/access/lookup.c models/access/lookup.h \
	models/access/method.c models/access/method.h \
	models/access/owner.c \
	models/access/password.c models/access/password.h \
	models/access/principal.c \
	models/access/refusal.c models/access/refusal.h \
	models/access/roles.c \
	models/access/rule.c models/access/rule.h \
	models/access/reload.c \
	models/access/rule_set.c \
	models/access/settings.c \
	models/access/token.c \
	models/access/user.c \
	models/access/user_hooks.c \
	models/access/view.c models/access/view.h
