# transports/weft: the protocol weft.repl.v1.
libweft_all_la_SOURCES += \
	transports/weft/message.c transports/weft/message.h \
	transports/weft/message_binary.c transports/weft/message_private.h \
	transports/weft/pack.c \
	transports/weft/update.c transports/weft/update.h \
	transports/weft/update_binary.c transports/weft/update_json.c \
	transports/weft/update_private.h
