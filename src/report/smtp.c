#include "report/smtp.h"

#include "base/strbuf.h"

#include <curl/curl.h>

enum {
	CONNECT_TIMEOUT = 15, /* seconds */
	WHOLE_TIMEOUT = 120,
	REPLY_REFUSED = 400, /* 4xx, 5xx */
	REPLY_MAX = 200,
};

struct upload {
	const struct smtp_job *job;
	size_t sent;
	bool ending;
	bool decided;
	char reply[REPLY_MAX]; /* the line that decided; else the last one */
};

static size_t
on_read(char *buffer, size_t size, size_t count, void *arg)
{
	struct upload *up = arg;
	struct str rest = str_from(up->job->message, up->sent);

	rest = str_first(rest, size * count);
	memcpy(buffer, rest.p, rest.n);
	up->sent += rest.n;
	if (rest.n == 0 && !up->ending) {
		up->ending = true;
		if (up->job->before_end(up->job->arg) < 0)
			return CURL_READFUNC_ABORT;
	}
	return rest.n;
}

static size_t
on_reply(char *line, size_t size, size_t count, void *arg)
{
	struct upload *up = arg;
	struct str text = str_trim((struct str){ line, size * count });

	text = str_first(text, sizeof(up->reply) - 1);
	if (!up->decided && text.n > 0) {
		memcpy(up->reply, text.p, text.n);
		up->reply[text.n] = '\0';
		/* What follows is the answer to QUIT. */
		up->decided = up->ending || text.p[0] >= '4';
	}
	return size * count;
}

static struct curl_slist *
recipients(struct arena *arena, const struct smtp_job *job)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < job->to_count; i++) {
		struct str one = arena_copy(arena, job->to[i]);
		struct curl_slist *longer =
			one.p != NULL ? curl_slist_append(list, one.p) : NULL;

		if (longer == NULL) {
			curl_slist_free_all(list);
			return NULL;
		}
		list = longer;
	}
	return list;
}

/* The easy part first: what does not depend on the message. */
static void
configure(CURL *curl, char error[CURL_ERROR_SIZE])
{
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	/* A proxy in the environment is not meant for this. */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WHOLE_TIMEOUT);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
}

static CURLcode
perform(CURL *curl, struct arena *arena, struct upload *up, const char *url)
{
	const struct smtp_job *job = up->job;
	struct curl_slist *to = recipients(arena, job);
	struct str from = arena_copy(arena, job->from);
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (to != NULL && from.p != NULL) {
		curl_easy_setopt(curl, CURLOPT_URL, url);
		curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.p);
		curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
		curl_easy_setopt(curl, CURLOPT_READDATA, up);
		curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_reply);
		curl_easy_setopt(curl, CURLOPT_HEADERDATA, up);
		code = curl_easy_perform(curl);
	}
	curl_slist_free_all(to);
	return code;
}

static struct str
url_of(struct arena *arena, const struct smtp_job *job)
{
	struct strbuf sb = sb_new(arena);
	bool v6 = strchr(job->host, ':') != NULL;

	/* libcurl takes the path for what it says in EHLO. */
	sb_addf(&sb, v6 ? "smtp://[%s]:%u/%.*s" : "smtp://%s:%u/%.*s",
		job->host, job->port, STR_ARG(job->helo));
	return sb_done(&sb);
}

static enum smtp_outcome
judge(CURL *curl, CURLcode code, const struct upload *up)
{
	long reply = 0;

	if (code == CURLE_OK)
		return SMTP_TAKEN;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
	if (reply == 0)
		return SMTP_NO_SERVER;
	if (!up->ending || code == CURLE_ABORTED_BY_CALLBACK ||
		reply >= REPLY_REFUSED)
		return SMTP_NOT_TAKEN;
	return SMTP_UNSURE;
}

int
smtp_send(struct arena *arena, const struct smtp_job *job,
	enum smtp_outcome *outcome, struct str *words)
{
	char error[CURL_ERROR_SIZE] = "";
	struct upload up = { .job = job };
	struct strbuf sb = sb_new(arena);
	struct str url = url_of(arena, job);
	CURL *curl = curl_easy_init();
	CURLcode code;

	if (curl == NULL || url.p == NULL) {
		curl_easy_cleanup(curl);
		return ERR_NOMEM;
	}
	configure(curl, error);
	code = perform(curl, arena, &up, url.p);
	*outcome = judge(curl, code, &up);
	curl_easy_cleanup(curl);
	sb_add_escaped(&sb, str_of(up.reply), REPLY_MAX);
	if (code != CURLE_OK)
		sb_addf(&sb, "%s%s", sb.n > 0 ? "; " : "",
			error[0] != '\0' ? error : curl_easy_strerror(code));
	*words = sb_done(&sb);
	return words->p != NULL ? 0 : ERR_NOMEM;
}
