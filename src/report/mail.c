#include "report/mail.h"

#include "base/strbuf.h"

#include <stdio.h>
#include <time.h>

enum {
	BASE64_LINE = 57, /* bytes; 76 characters */
	LINE_MAX_SAFE = 990,
};

struct str
mail_file_name(struct arena *arena, const struct report_name *name)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "%.*s!%.*s!%lld!%lld!%.*s.xml.gz",
		STR_ARG(name->submitter), STR_ARG(name->domain),
		(long long)name->begins, (long long)name->ends,
		STR_ARG(name->unique));
	return sb_done(&sb);
}

struct str
mail_aggregate_subject(struct arena *arena, const struct report_name *name)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "Report Domain: %.*s\r\n Submitter: %.*s\r\n"
		" Report-ID: <%.*s>", STR_ARG(name->domain),
		STR_ARG(name->submitter), STR_ARG(name->unique));
	return sb_done(&sb);
}

/* Up to three bytes as four characters. */
static void
add_base64_group(struct strbuf *sb, struct str s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned long bits = 0;
	char group[4] = { '=', '=', '=', '=' };

	for (size_t i = 0; i < 3; i++)
		bits = bits << 8 | (i < s.n ? (unsigned char)s.p[i] : 0);
	for (size_t i = 0; i < s.n + 1; i++)
		group[i] = digits[bits >> (18 - 6 * i) & 63];
	sb_add(sb, (struct str){ group, sizeof(group) });
}

static void
add_base64(struct strbuf *sb, struct str data)
{
	for (size_t at = 0; at < data.n; at += 3) {
		struct str rest = str_from(data, at);

		add_base64_group(sb, str_first(rest, 3));
		if ((at + 3) % BASE64_LINE == 0 || rest.n <= 3)
			sb_addz(sb, "\r\n");
	}
}

/* Each line end as CRLF, one at the very end as well. */
static void
add_lines(struct strbuf *sb, struct str text)
{
	while (text.n > 0) {
		struct str line = str_cut(&text, '\n');

		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		sb_add(sb, line);
		sb_addz(sb, "\r\n");
	}
}

/* Lines that every MTA passes on as they are (RFC 5322 section 2.3). */
static bool
is_plain(struct str text)
{
	size_t column = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		column = c == '\n' ? 0 : column + 1;
		if (c >= 0x7f || (c < ' ' && !is_space((char)c)) ||
			column > LINE_MAX_SAFE)
			return false;
	}
	return true;
}

static void
add_part(struct strbuf *sb, const struct mail_part *part)
{
	bool plain = !part->binary && is_plain(part->content);

	sb_add(sb, part->header);
	sb_addf(sb, "Content-Transfer-Encoding: %s\r\n\r\n",
		plain ? "7bit" : "base64");
	if (plain)
		add_lines(sb, part->content);
	else
		add_base64(sb, part->content);
}

struct str
mail_multipart(struct arena *arena, const char *subtype, struct str unique,
	const struct mail_part *parts, size_t count)
{
	struct strbuf sb = sb_new(arena);

	/* "=_" cannot be in base64, nor, with unique, in what we quote. */
	sb_addf(&sb, "Content-Type: multipart/%s;\r\n"
		"\tboundary=\"=_%.*s\"\r\n\r\n", subtype, STR_ARG(unique));
	for (size_t i = 0; i < count; i++) {
		sb_addf(&sb, "--=_%.*s\r\n", STR_ARG(unique));
		add_part(&sb, &parts[i]);
		sb_addz(&sb, "\r\n");
	}
	sb_addf(&sb, "--=_%.*s--\r\n", STR_ARG(unique));
	return sb_done(&sb);
}

static struct str
aggregate_words(struct arena *arena, const struct report_name *name)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "This is a DMARC aggregate report (RFC 9990).\n\n"
		"Domain:    %.*s\nSubmitter: %.*s\nReport-ID: %.*s\n",
		STR_ARG(name->domain), STR_ARG(name->submitter),
		STR_ARG(name->unique));
	return sb_done(&sb);
}

struct str
mail_aggregate(struct arena *arena, const struct report_name *name,
	struct str gzipped)
{
	struct str file = mail_file_name(arena, name);
	struct strbuf header = sb_new(arena);
	struct mail_part parts[2] = {
		{ STR("Content-Type: text/plain; charset=us-ascii\r\n"),
			aggregate_words(arena, name), false },
	};

	sb_addf(&header, "Content-Type: application/gzip\r\n"
		"Content-Disposition: attachment;\r\n\tfilename=\"%.*s\"\r\n",
		STR_ARG(file));
	parts[1] = (struct mail_part){ sb_done(&header), gzipped, true };
	if (file.p == NULL || parts[0].content.p == NULL ||
		parts[1].header.p == NULL)
		return (struct str){ NULL, 0 };
	return mail_multipart(arena, "mixed", name->unique, parts, 2);
}

struct mail_date
mail_date(int64_t seconds)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t at = (time_t)seconds;
	struct mail_date date;
	struct tm tm;

	gmtime_r(&at, &tm);
	snprintf(date.text, sizeof(date.text),
		"%.3s, %d %.3s %d %02d:%02d:%02d +0000",
		days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
		tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return date;
}

struct str
mail_write(struct arena *arena, const struct mail *mail)
{
	struct strbuf sb = sb_new(arena);

	sb_addf(&sb, "Date: %s\r\n"
		"From: <%.*s>\r\nTo: <%.*s>\r\nSubject: %.*s\r\n"
		"Message-ID: <%.*s>\r\nAuto-Submitted: auto-generated\r\n"
		"MIME-Version: 1.0\r\n", mail_date(mail->date).text,
		STR_ARG(mail->from),
		STR_ARG(mail->to), STR_ARG(mail->subject),
		STR_ARG(mail->message_id));
	sb_add(&sb, mail->entity);
	return sb_done(&sb);
}
