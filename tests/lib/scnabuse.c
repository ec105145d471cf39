/*
 * What no MTA sends: a fresh connection to each daemon, fed as the lines
 * of a block say.
 */
#include <stdlib.h>
#include <string.h>

#include "scn.h"

/* Until a connection is closed; and how long one is looked at. */
enum { CLOSE_MS = 30000, LOOK_MS = 300 };

/* "CMD DATA": a well-framed packet of whatever. */
static int
packet(struct mclient *mc, const char *arg)
{
	char cmd = *arg;
	size_t len;
	char *data = scn_unescape(cmd != '\0' && arg[1] != '\0'
	    ? arg + 2 : "", &len);
	int r = MC_ERR_NOMEM;

	if (data != NULL)
		r = mc_packet(mc, cmd, data, len);
	free(data);
	return r;
}

static int
bytes(struct mclient *mc, const char *arg)
{
	size_t len;
	char *data = scn_unescape(arg, &len);
	int r = MC_ERR_NOMEM;

	if (data != NULL)
		r = mcwire_add(mc_wire(mc), data, len);
	free(data);
	return r;
}

/* Closed within a time, or not a byte more than what was asked for. */
static void
expect(struct scn *s, struct mclient *mc, const char *what)
{
	int r;

	if (strcmp(what, "closed") == 0) {
		r = mcwire_wait_closed(mc_wire(mc), CLOSE_MS);
		if (r < 0)
			scn_fail(s, "the connection stays open");
		return;
	}
	if (strcmp(what, "any") == 0) {
		(void)mcwire_wait_closed(mc_wire(mc), LOOK_MS);
		return;
	}
	r = mcwire_wait_closed(mc_wire(mc), LOOK_MS);
	if (r != MC_ERR_TIMEOUT)
		scn_fail(s, "the connection was closed");
}

static void
abuse_line(struct scn *s, struct mclient *mc, char *line)
{
	char *arg = line, *verb = scn_word(&arg);

	if (verb == NULL)
		return;
	if (strcmp(verb, "negotiate") == 0) {
		if (mc_negotiate(mc, &s->offer) < 0)
			scn_fail(s, "%s", mc_error(mc));
	} else if (strcmp(verb, "packet") == 0) {
		(void)packet(mc, arg);
	} else if (strcmp(verb, "bytes") == 0) {
		(void)bytes(mc, arg);
	} else if (strcmp(verb, "flush") == 0) {
		(void)mcwire_flush(mc_wire(mc));
	} else if (strcmp(verb, "expect") == 0) {
		expect(s, mc, arg);
	} else {
		scn_fail(s, "no such abuse: %s", verb);
	}
}

void
scn_abuse(struct scn *s, const char *block)
{
	for (size_t i = 0; i < s->env->daemons; i++) {
		struct mclient *mc = mc_new(s->timeout_ms);
		char *copy = strdup(block), *save = NULL;

		if (mc == NULL || copy == NULL
		    || mc_dial(mc, s->env->daemon[i].socket) < 0)
			scn_fail(s, "mailvet-%s is not there",
			    s->env->daemon[i].name);
		else
			for (char *l = strtok_r(copy, "\n", &save); l != NULL;
			    l = strtok_r(NULL, "\n", &save))
				abuse_line(s, mc, l);
		mc_free(mc);
		free(copy);
	}
}
