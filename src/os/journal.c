#include "os/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

enum { FIELD_SIZE = 1024, FIXED_FIELDS = 2 };

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

/* "dkim-domain" and its value as "MAILVET_DKIM_DOMAIN=…". */
static size_t
format_field(char buf[FIELD_SIZE], const struct log_field *field)
{
	static const char prefix[] = "MAILVET_";
	size_t n = sizeof(prefix) - 1, room;

	memcpy(buf, prefix, n);
	for (const char *k = field->key; *k != '\0' && n < FIELD_SIZE / 2; k++)
		buf[n++] = is_alpha(*k) ? (char)(to_lower(*k) - 32) :
			is_digit(*k)	? *k :
					  '_';
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
