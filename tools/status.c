#include "tools/status.h"

#include <weft/error.h>

enum status
status_of(int code)
{
	switch (code) {
	case 0:
		return STATUS_OK;
	case WEFT_ECONFLICT:
		return STATUS_DIFFERENT;
	case WEFT_ENOTFOUND:
	case WEFT_EGONE:
		return STATUS_NOT_FOUND;
	case WEFT_EDENIED:
	case WEFT_ECANCELED:
		return STATUS_FAILED;
	case WEFT_ELOCKED:
		return STATUS_LOCKED;
	case WEFT_ENOSPACE:
	case WEFT_EREADONLY:
		return STATUS_NO_WRITE;
	default:
		break;
	}
	switch (weft_error_class(code)) {
	case WEFT_CLASS_REFUSE:
		return STATUS_REFUSED;
	case WEFT_CLASS_DAMAGED:
		return STATUS_DAMAGED;
	default:
		return STATUS_FAILED;
	}
}
