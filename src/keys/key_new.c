#include "dns/name.h"
#include "keys/args.h"
#include "keys/key.h"
#include "keys/keyset.h"
#include "keys/txt.h"
#include "os/newfile.h"
#include "sign/keygen.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

static const struct args_syntax syntax = {
	.name = "mailvet key new",
	.options = ARG_KEYS | ARG_NEW,
	.least = 1,
	.most = 1,
	.help = "usage: mailvet key new DOMAIN [OPTION ...]\n\n"
		"Makes DIRECTORY/DOMAIN/SELECTOR.pem and prints what to put "
		"into the DNS.\n\n"
		"  --selector S       default: the month, r202611 or e202611\n"
		"  --rsa BITS         2048 (default), 3072 or 4096\n"
		"  --ed25519          an Ed25519 key; with --rsa, both: the\n"
		"                     selector then gets \"-ed\" behind it\n"
		"  --keys DIRECTORY   default: " MAILVET_SYSCONFDIR
		"/mailvet/keys\n",
};

/* A key to be made. */
struct plan {
	struct arena *arena;
	const struct args *args;
	struct str domain;
	struct str selector;
	unsigned bits; /* 0: Ed25519 */
	struct newfile file;
};

/* The signer's user and group own what root makes. */
static void
set_owner(struct newfile *file)
{
	const struct passwd *signer =
		geteuid() == 0 ? getpwnam(SIGN_USER) : NULL;

	file->uid = signer != NULL ? signer->pw_uid : (uid_t)-1;
	file->gid = signer != NULL ? signer->pw_gid : (gid_t)-1;
}

/* DIRECTORY and DIRECTORY/DOMAIN: root's, open to the signer's group. */
static int
make_directories(const struct plan *plan)
{
	struct newfile directory = { plan->args->keys, 0750, (uid_t)-1,
		plan->file.gid };
	struct strbuf sb = sb_new(plan->arena);
	int r = newfile_directory(&directory);

	sb_addf(&sb, "%s/%.*s", plan->args->keys, STR_ARG(plan->domain));
	directory.path = sb_done(&sb).p;
	if (r < 0 || directory.path == NULL)
		return r < 0 ? r : ERR_NOMEM;
	return newfile_directory(&directory);
}

static int
make_file(const struct plan *plan)
{
	struct str pem;
	int r = make_directories(plan);

	if (r < 0)
		return r;
	r = keygen_make(plan->bits, &pem);
	if (r < 0)
		return r;
	r = newfile_write(&plan->file, pem);
	keygen_free(pem);
	return r;
}

/* What the file has, not what we believe to have written. */
static int
show(const struct plan *plan)
{
	struct conf_errors errors = { .arena = plan->arena };
	struct sign_key *key = NULL;
	struct txt record = { .name = keyset_name(plan->arena, plan->selector,
				      plan->domain) };
	int r = sign_key_load(plan->arena, plan->file.path, &errors, "mailvet",
		&key);

	if (r == 0)
		record.text = keyset_record(plan->arena, key);
	if (r < 0 || record.text.p == NULL)
		return ERR_LIBRARY;
	txt_remark(stdout, "%s: %.*s, %u bits", plan->file.path,
		STR_ARG(sign_key_type(key)), sign_key_bits(key));
	txt_print(stdout, FORMAT_BIND, &record);
	return 0;
}

/* DIRECTORY/DOMAIN/SELECTOR with that ending. */
static const char *
path_of(const struct plan *plan, const char *ending)
{
	struct strbuf sb = sb_new(plan->arena);

	sb_addf(&sb, "%s/%.*s/%.*s%s", plan->args->keys,
		STR_ARG(plan->domain), STR_ARG(plan->selector), ending);
	return sb_done(&sb).p;
}

/*
 * A selector is used up with its key: "mailvet key retire" has told what to
 * publish under it, and mail that it signed may be under way.
 */
static int
check_unused(const struct plan *plan)
{
	const char *retired = path_of(plan, ".retired");
	struct stat st;

	if (retired == NULL)
		return EX_OSERR;
	if (lstat(retired, &st) < 0)
		return EX_OK;
	fprintf(stderr, "mailvet: %s: the selector was used: choose another "
			"by --selector\n", retired);
	return EX_CANTCREAT;
}

static int
make(struct plan *plan)
{
	int r, status = check_unused(plan);

	if (status != EX_OK)
		return status;
	plan->file = (struct newfile){ .path = path_of(plan, ".pem"),
		.mode = 0600 };
	if (plan->file.path == NULL)
		return EX_OSERR;
	set_owner(&plan->file);
	r = make_file(plan);
	if (r == ERR_IO) {
		fprintf(stderr, "mailvet: %s: %s\n", plan->file.path,
			errno == EEXIST ? "there is such a key already" :
					  strerror(errno));
		return EX_CANTCREAT;
	}
	if (r == 0)
		r = show(plan);
	if (r < 0)
		fprintf(stderr, "mailvet: %s: %s\n", plan->file.path,
			err_text(r));
	return r < 0 ? EX_SOFTWARE : EX_OK;
}

/* What was given, or a letter for the type and the month. */
static struct str
choose_selector(const struct plan *plan, bool both)
{
	struct strbuf sb = sb_new(plan->arena);
	time_t now = time(NULL);
	struct tm tm;
	char month[16];

	if (plan->args->selector != NULL) {
		sb_addz(&sb, plan->args->selector);
		if (both && plan->bits == 0)
			sb_addz(&sb, "-ed");
		return sb_done(&sb);
	}
	gmtime_r(&now, &tm);
	strftime(month, sizeof(month), "%Y%m", &tm);
	sb_addf(&sb, "%c%s", plan->bits > 0 ? 'r' : 'e', month);
	return sb_done(&sb);
}

static int
prepare(struct plan *plan, bool both)
{
	const char *domain = plan->args->words[0];
	struct str selector = choose_selector(plan, both), name;

	if (name_normalise(plan->arena, str_of(domain), &plan->domain) < 0) {
		fprintf(stderr, "mailvet: %s is not a domain name\n", domain);
		return EX_USAGE;
	}
	if (selector.p == NULL || name_normalise(plan->arena, selector,
		&plan->selector) < 0) {
		fprintf(stderr, "mailvet: %s is not a selector\n",
			plan->args->selector);
		return EX_USAGE;
	}
	name = keyset_name(plan->arena, plan->selector, plan->domain);
	if (name.p == NULL)
		return EX_OSERR;
	if (name_normalise(plan->arena, name, &name) < 0) {
		fprintf(stderr, "mailvet: %.*s: there is no room in the DNS "
				"for so long a name\n", STR_ARG(name));
		return EX_USAGE;
	}
	return EX_OK;
}

static int
make_all(struct arena *arena, const struct args *args)
{
	struct plan plan = { .arena = arena, .args = args };
	bool rsa = args->rsa > 0 || !args->ed25519;
	bool both = rsa && args->ed25519;
	int status = EX_OK;

	if (rsa) {
		plan.bits = args->rsa > 0 ? args->rsa : 2048;
		status = prepare(&plan, both);
		if (status == EX_OK)
			status = make(&plan);
	}
	if (args->ed25519 && status == EX_OK) {
		plan.bits = 0;
		status = prepare(&plan, both);
		if (status == EX_OK)
			status = make(&plan);
	}
	return status;
}

int
key_new(int argc, char **argv)
{
	return args_run(&syntax, argc, argv, make_all);
}
