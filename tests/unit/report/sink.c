#include "unit/report/sink.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void
must(int good)
{
	if (!good)
		abort();
}

static void
say(FILE *peer, const char *text)
{
	fprintf(peer, "%s\r\n", text);
	fflush(peer);
}

/* The message up to its dot, with the dots doubled still in it. */
static void
take_message(struct sink *sink, FILE *peer)
{
	char *into = sink->messages[sink->count % SINK_MESSAGES];
	char line[2048];
	size_t n = 0;

	while (fgets(line, sizeof(line), peer) != NULL) {
		size_t size = strlen(line);

		if (strcmp(line, ".\r\n") == 0) {
			into[n] = '\0';
			sink->count++;
			return;
		}
		must(n + size < SINK_SIZE);
		memcpy(into + n, line, size);
		n += size;
	}
}

/* One command; false to hang up. */
static bool
answer(struct sink *sink, FILE *peer, const char *line)
{
	struct str verb = str_first(str_of(line), 4);

	if (str_ieq(verb, STR("EHLO")))
		snprintf(sink->helo, sizeof(sink->helo), "%.250s", line);
	if (str_ieq(verb, STR("MAIL")))
		snprintf(sink->from, sizeof(sink->from), "%.250s",
			line + 10);
	if (str_ieq(verb, STR("RCPT"))) {
		if (sink->mood == SINK_REFUSES_RCPT) {
			say(peer, "550 5.1.1 nobody here");
			return true;
		}
		snprintf(sink->to + strlen(sink->to),
			sizeof(sink->to) - strlen(sink->to), "%.250s",
			line + 8);
	}
	if (str_ieq(verb, STR("DATA"))) {
		if (sink->mood == SINK_HANGS_UP)
			return false;
		say(peer, "354 go on");
		take_message(sink, peer);
		if (sink->mood == SINK_SAYS_NOTHING)
			return false;
		if (sink->mood == SINK_REFUSES_DATA) {
			say(peer, "451 4.3.0 not now");
			return true;
		}
	}
	say(peer, "250 2.0.0 fine");
	return !str_ieq(verb, STR("QUIT"));
}

static void *
serve(void *arg)
{
	struct sink *sink = arg;
	int fd;

	while ((fd = accept(sink->listener, NULL, NULL)) >= 0) {
		FILE *peer = fdopen(fd, "r+");
		char line[2048];

		sink->connections++;
		sink->to[0] = '\0';
		say(peer, "220 sink ESMTP");
		while (fgets(line, sizeof(line), peer) != NULL &&
			answer(sink, peer, line))
			;
		fclose(peer);
	}
	return NULL;
}

void
sink_start(struct sink *sink)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	memset(sink, 0, sizeof(*sink));
	sink->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(sink->listener >= 0);
	must(bind(sink->listener, (struct sockaddr *)&address, size) == 0);
	must(listen(sink->listener, 5) == 0);
	must(getsockname(sink->listener, (struct sockaddr *)&address,
		&size) == 0);
	sink->port = ntohs(address.sin_port);
	must(pthread_create(&sink->thread, NULL, serve, sink) == 0);
}

void
sink_stop(struct sink *sink)
{
	shutdown(sink->listener, SHUT_RDWR);
	pthread_join(sink->thread, NULL);
	close(sink->listener);
}
