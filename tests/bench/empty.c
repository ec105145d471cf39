/*
 * empty [-f] SOCKET: a milter that does nothing at all, and says so in the
 * negotiation: no event but the end of the message, and no reply that it need
 * not give.  What it costs is what the protocol costs.
 *
 * -f: it hears of the client, the sender and the header, as one must that
 * removes forged fields, and adds one field.  What that costs is what libmilter
 * costs such a filter.
 */
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <stdio.h>
#include <string.h>

static int with_fields;

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
    unsigned long f2, unsigned long f3, unsigned long *ret_actions,
    unsigned long *ret_steps, unsigned long *ret2, unsigned long *ret3)
{
	const unsigned long never = SMFIP_NOHELO | SMFIP_NORCPT |
	    SMFIP_NOBODY | SMFIP_NOEOH | SMFIP_NOUNKNOWN | SMFIP_NODATA;

	(void)ctx, (void)f2, (void)f3;
	*ret_actions = actions & (with_fields ? SMFIF_ADDHDRS : 0);
	*ret_steps = steps & (never | (with_fields ?
	    SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NR_HDR :
	    SMFIP_NOCONNECT | SMFIP_NOMAIL | SMFIP_NOHDRS));
	*ret2 = *ret3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat
on_connect(SMFICTX *ctx, char *name, _SOCK_ADDR *address)
{
	(void)ctx, (void)name, (void)address;
	return SMFIS_NOREPLY;
}

static sfsistat
on_mail(SMFICTX *ctx, char **args)
{
	(void)ctx, (void)args;
	return SMFIS_NOREPLY;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx, (void)name, (void)value;
	return SMFIS_NOREPLY;
}

static sfsistat
on_end(SMFICTX *ctx)
{
	if (with_fields && smfi_insheader(ctx, 0, "X-Empty", "as it is") !=
	    MI_SUCCESS)
		return SMFIS_TEMPFAIL;
	return SMFIS_CONTINUE;
}

int
main(int argc, char **argv)
{
	struct smfiDesc description = {
		.xxfi_name = "empty",
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_ADDHDRS,
		.xxfi_negotiate = on_negotiate,
		.xxfi_connect = on_connect,
		.xxfi_envfrom = on_mail,
		.xxfi_header = on_header,
		.xxfi_eom = on_end,
	};

	with_fields = argc == 3 && strcmp(argv[1], "-f") == 0;
	if (argc != 2 + with_fields ||
	    smfi_setconn(argv[argc - 1]) != MI_SUCCESS ||
	    smfi_register(description) != MI_SUCCESS) {
		fputs("usage: empty [-f] SOCKET\n", stderr);
		return 2;
	}
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
