#include "doctor/doctor.h"

#include "base/strbuf.h"
#include "dns/dns.h"
#include "host/run.h"

#include <arpa/inet.h>

#define CONF MAILVET_SYSCONFDIR "/mailvet/mailvet.conf"

enum { ADDRESSES_MAX = 16 };

struct address {
	struct ipaddr ip;
	char text[INET6_ADDRSTRLEN];
};

struct names {
	struct dns_scope scope;
	struct address addresses[ADDRESSES_MAX];
	size_t count;
};

/* ---- the host -------------------------------------------------------- */

static void
add_addresses(struct names *names, struct str host, enum dns_type type)
{
	const struct dns_answer *answer = dns_lookup(&names->scope, host,
		type);
	int family = type == DNS_A ? AF_INET : AF_INET6;

	for (size_t i = 0; i < answer->count; i++) {
		struct address *a = &names->addresses[names->count];

		if (names->count == ADDRESSES_MAX ||
			inet_ntop(family, answer->records[i].data.p, a->text,
				sizeof(a->text)) == NULL ||
			!ipaddr_parse(str_of(a->text), &a->ip))
			continue;
		names->count++;
	}
}

/* Many hosts take no mail from an address without a name. */
static void
check_reverse(struct doctor *doctor, struct names *names,
	const struct address *address)
{
	struct str name = dns_reverse_name(names->scope.arena, &address->ip);
	const struct dns_answer *answer = dns_lookup(&names->scope, name,
		DNS_PTR);

	for (size_t i = 0; i < answer->count; i++)
		if (str_ieq(answer->records[i].data, str_of(doctor->name))) {
			doctor_ok(doctor, "%s is %s and back", doctor->name,
				address->text);
			return;
		}
	doctor_warn(doctor, "have the PTR record set by your provider",
		"%s does not lead back to %s", address->text, doctor->name);
}

static void
check_host(struct doctor *doctor, struct names *names)
{
	if (doctor->name == NULL) {
		doctor_fail(doctor, "hostnamectl set-hostname NAME",
			"this host has no full name");
		return;
	}
	add_addresses(names, str_of(doctor->name), DNS_A);
	add_addresses(names, str_of(doctor->name), DNS_AAAA);
	if (names->count == 0)
		doctor_fail(doctor, "publish an A or AAAA record",
			"%s has no address in the DNS", doctor->name);
	for (size_t i = 0; i < names->count; i++)
		check_reverse(doctor, names, &names->addresses[i]);
}

/* ---- the domains ----------------------------------------------------- */

/* What mailvet check says of mail from domain by way of address. */
static struct str
results_of(struct doctor *doctor, const char *domain, const char *address)
{
	const char *argv[] = { "mailvet", "check", "--ip", address, "--helo",
		doctor->name, "--mail-from",
		doctor_text(doctor, "postmaster@%s", domain), "--config",
		host_path(doctor->host, CONF),
		doctor->zone != NULL ? "--zone" : NULL, doctor->zone, NULL };
	const char *message = doctor_text(doctor, "From: postmaster@%s",
		domain);
	struct strbuf sb = sb_new(doctor->host->arena);
	struct run_result result;

	sb_addf(&sb, "%s\n\ntest\n", message);
	if (run(doctor->host->arena, argv, sb_done(&sb), &result) < 0)
		return STR("");
	return result.out;
}

/* Is the first result of method this one?  Of SPF that is MAIL FROM's. */
static bool
is_result(struct str results, const char *method, const char *result)
{
	size_t n = strlen(method);
	const char *at = results.n > 0
		? memmem(results.p, results.n, method, n)
		: NULL;

	return at != NULL &&
		str_istarts(str_from(results, (size_t)(at - results.p) + n),
			str_of(result));
}

static void
check_address(struct doctor *doctor, const char *domain, const char *address)
{
	const char *mend = doctor_text(doctor, "mailvet dns %s", domain);
	struct str results = results_of(doctor, domain, address);

	if (is_result(results, "spf=", "pass"))
		doctor_ok(doctor, "the SPF record of %s has %s", domain,
			address);
	else if (is_result(results, "spf=", "none"))
		doctor_fail(doctor, mend, "%s has no SPF record", domain);
	else
		doctor_fail(doctor, mend, "the SPF record of %s has not %s",
			domain, address);
}

static void
check_domain(struct doctor *doctor, const struct names *names,
	const char *domain)
{
	const char *mend = doctor_text(doctor, "mailvet dns %s", domain);
	struct str results;

	for (size_t i = 0; i < names->count; i++)
		check_address(doctor, domain, names->addresses[i].text);
	results = results_of(doctor, domain,
		names->count > 0 ? names->addresses[0].text : "192.0.2.1");
	if (is_result(results, "dmarc=", "pass") ||
		is_result(results, "dmarc=", "fail"))
		doctor_ok(doctor, "%s has a DMARC record", domain);
	else if (is_result(results, "dmarc=", "none"))
		doctor_fail(doctor, mend, "%s has no DMARC record", domain);
	else
		doctor_fail(doctor, mend, "the DMARC record of %s is broken "
					  "or cannot be fetched", domain);
}

/* ---------------------------------------------------------------------- */

void
doctor_dns(struct doctor *doctor)
{
	struct names names = { .scope.arena = doctor->host->arena,
		.scope.budget = doctor->common->deadline };
	const struct str *domains;
	size_t count;

	names.scope.dns = doctor_dns_open(doctor);
	if (names.scope.dns == NULL) {
		doctor_fail(doctor, NULL, "no name server can be asked");
		return;
	}
	check_host(doctor, &names);
	domains = doctor_domains(doctor, &count);
	for (size_t i = 0; i < count && doctor->name != NULL; i++)
		check_domain(doctor, &names, domains[i].p);
}
