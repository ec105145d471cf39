#include "os/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Where an entry was made is always here. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

enum {
	FIELD_SIZE = 1024,
	KEY_SIZE = 64, /* the journal takes no longer names */
	FIXED_FIELDS = 2,
};

bool
journal_is_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long device, inode;
	struct stat st;

	if (stream == NULL || sscanf(stream, "%lu:%lu", &device, &inode) != 2)
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device &&
		st.st_ino == inode;
}

/* A character of a key as the journal wants it: A-Z, 0-9 and '_'. */
static char
field_char(char c)
{
	if (is_alpha(c))
		return (char)(to_lower(c) - 'a' + 'A');
	return is_digit(c) ? c : '_';
}

/* "dkim-domain" and its value, as far as there is room, as
 * "MAILVET_DKIM_DOMAIN=…". */
static size_t
format_field(char buf[FIELD_SIZE], const struct log_field *field)
{
	static const char prefix[] = "MAILVET_";
	size_t n = sizeof(prefix) - 1, room;

	memcpy(buf, prefix, n);
	for (const char *k = field->key; *k != '\0' && n < KEY_SIZE; k++)
		buf[n++] = field_char(*k);
	buf[n++] = '=';
	room = FIELD_SIZE - n;
	room = field->value.n < room ? field->value.n : room;
	memcpy(buf + n, field->value.p, room);
	return n + room;
}

void
log_to_journal(enum log_level level, const char *line,
	const struct log_field *fields, size_t count)
{
	struct iovec iov[LOG_FIELDS_MAX + FIXED_FIELDS];
	char text[LOG_FIELDS_MAX][FIELD_SIZE];
	char message[LOG_LINE_MAX + 16], priority[16];
	int n = 0, len;

	len = snprintf(message, sizeof(message), "MESSAGE=%s", line);
	iov[n++] = (struct iovec){ message, (size_t)len };
	len = snprintf(priority, sizeof(priority), "PRIORITY=%d", level);
	iov[n++] = (struct iovec){ priority, (size_t)len };
	for (size_t i = 0; i < count && i < LOG_FIELDS_MAX; i++) {
		if (fields[i].value.n == 0)
			continue;
		iov[n++] = (struct iovec){ text[i],
			format_field(text[i], &fields[i]) };
	}
	if (sd_journal_sendv(iov, n) < 0)
		log_to_stderr(level, line, fields, count);
}
