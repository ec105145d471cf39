#include "base/err.h"

const char *
err_text(int err)
{
	switch (err) {
	case 0:
		return "success";
	case ERR_NOMEM:
		return "out of memory";
	case ERR_IO:
		return "system error";
	case ERR_SYNTAX:
		return "syntax error";
	case ERR_LIMIT:
		return "limit exceeded";
	case ERR_CONFIG:
		return "configuration error";
	case ERR_LIBRARY:
		return "library error";
	case ERR_ABSENT:
		return "not found";
	case ERR_NOT_FILE:
		return "not a regular file";
	}
	return "unknown error";
}
