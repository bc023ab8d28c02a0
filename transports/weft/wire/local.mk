# Messages and updates of weft.repl.v1, as bytes.
libweft_all_la_SOURCES += \
	transports/weft/wire/message.c transports/weft/wire/message.h \
	transports/weft/wire/message_binary.c \
	transports/weft/wire/message_private.h \
	transports/weft/wire/pack.c \
	transports/weft/wire/update.c transports/weft/wire/update.h \
	transports/weft/wire/update_binary.c \
	transports/weft/wire/update_json.c \
	transports/weft/wire/update_private.h
