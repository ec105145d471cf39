#include "dns/zone.h"

#include "dns/name.h"

enum {
	BUCKETS = 4096,
	CNAME_DEPTH = 16,
	NEGATIVE_TTL = 60,
};

struct rrset {
	struct rrset *next;
	unsigned type;
	uint32_t ttl; /* the lowest of its records */
	size_t count, room;
	struct rdata *items;
};

struct node {
	struct node *chain;
	struct str name;
	struct rrset *sets; /* none: an empty non-terminal */
	enum zone_fault fault;
};

struct zone {
	struct arena *arena;
	struct node *buckets[BUCKETS];
};

/* ---- the tree ------------------------------------------------------------ */

struct zone *
zone_new(struct arena *arena)
{
	struct zone *zone = arena_alloc(arena, sizeof(*zone));

	if (zone != NULL)
		zone->arena = arena;
	return zone;
}

static struct node **
find_slot(struct zone *zone, struct str name)
{
	uint64_t h = 0xcbf29ce484222325;
	struct node **slot;

	for (size_t i = 0; i < name.n; i++)
		h = (h ^ (unsigned char)name.p[i]) * 0x100000001b3;
	slot = &zone->buckets[(h ^ h >> 32) % BUCKETS];
	while (*slot != NULL && !str_eq((*slot)->name, name))
		slot = &(*slot)->chain;
	return slot;
}

/* The node of a name; with a new one come its ancestors.  NULL: no memory. */
static struct node *
add_node(struct zone *zone, struct str name)
{
	struct node *first = NULL, **slot = find_slot(zone, name);

	while (*slot == NULL) {
		struct node *node = arena_alloc(zone->arena, sizeof(*node));

		if (node == NULL)
			return NULL;
		node->name = name;
		*slot = node;
		if (first == NULL)
			first = node;
		if (name.n == 0)
			break;
		name = name_parent(name);
		slot = find_slot(zone, name);
	}
	return first != NULL ? first : *slot;
}

static struct rrset *
find_set(const struct node *node, unsigned type)
{
	struct rrset *set = node->sets;

	while (set != NULL && set->type != type)
		set = set->next;
	return set;
}

/* RFC 4592: the wildcard below the closest name that exists. */
static struct node *
find_wildcard(struct zone *zone, struct str name)
{
	char buf[2 + NAME_MAX_BYTES] = "*.";
	struct str encloser = name;

	do {
		encloser = name_parent(encloser);
	} while (encloser.n > 0 && *find_slot(zone, encloser) == NULL);
	if (encloser.n == 0)
		return *find_slot(zone, STR("*"));
	memcpy(buf + 2, encloser.p, encloser.n);
	return *find_slot(zone, (struct str){ buf, 2 + encloser.n });
}

static struct node *
find_node(struct zone *zone, struct str name)
{
	struct node *node = *find_slot(zone, name);

	return node != NULL ? node : find_wildcard(zone, name);
}

/* ---- filling ------------------------------------------------------------- */

/* Does the data hold what its type promises?  Others are not looked at. */
static int
check_data(struct arena *arena, unsigned type, struct rdata wire)
{
	struct dns_record record;
	struct str target;
	char *out = arena_alloc(arena, wire.n);

	if (out == NULL)
		return ERR_NOMEM;
	switch (type) {
	case DNS_A:
	case DNS_AAAA:
	case DNS_PTR:
	case DNS_MX:
	case DNS_TXT:
		return rdata_decode((enum dns_type)type, wire, out, &record);
	case ZONE_CNAME:
		return rdata_name(wire, out, &target);
	}
	return 0;
}

static int
append(struct arena *arena, struct rrset *set, struct rdata wire)
{
	size_t size = sizeof(*set->items), room = 2 * set->room + 1;
	struct rdata *items = set->items;

	if (set->count == set->room) {
		items = arena_grow(arena, items, set->room * size,
			room * size);
		if (items == NULL)
			return ERR_NOMEM;
		set->items = items;
		set->room = room;
	}
	items[set->count++] = wire;
	return 0;
}

int
zone_add(struct zone *zone, struct str name, unsigned type, uint32_t ttl,
	struct rdata wire)
{
	struct rrset *set;
	struct node *node;
	int rc = check_data(zone->arena, type, wire);

	if (rc < 0)
		return rc;
	node = add_node(zone, name);
	if (node == NULL)
		return ERR_NOMEM;
	set = find_set(node, type);
	if (set == NULL) {
		set = arena_alloc(zone->arena, sizeof(*set));
		if (set == NULL)
			return ERR_NOMEM;
		*set = (struct rrset){
			.next = node->sets,
			.type = type,
			.ttl = ttl,
		};
		node->sets = set;
	}
	if (ttl < set->ttl)
		set->ttl = ttl;
	return append(zone->arena, set, wire);
}

int
zone_add_fault(struct zone *zone, struct str name, enum zone_fault fault)
{
	struct node *node = add_node(zone, name);

	if (node == NULL)
		return ERR_NOMEM;
	node->fault = fault;
	return 0;
}

/* ---- answers ------------------------------------------------------------- */

static struct dns_reply
reply_of(const struct rrset *set, uint32_t ttl)
{
	if (set == NULL)
		return (struct dns_reply){
			.status = DNS_NODATA,
			.ttl = NEGATIVE_TTL < ttl ? NEGATIVE_TTL : ttl,
		};
	return (struct dns_reply){
		.status = DNS_FOUND,
		.ttl = set->ttl < ttl ? set->ttl : ttl,
		.count = set->count,
		.rdata = set->items,
	};
}

struct dns_reply
zone_resolve(struct zone *zone, struct str name, enum dns_type type)
{
	uint32_t ttl = UINT32_MAX;
	char buf[NAME_MAX_BYTES + 2];

	for (int depth = 0; depth < CNAME_DEPTH; depth++) {
		struct node *node = find_node(zone, name);
		struct rrset *set, *cname;

		if (node == NULL)
			return (struct dns_reply){
				.status = DNS_NXDOMAIN,
				.ttl = NEGATIVE_TTL < ttl ? NEGATIVE_TTL : ttl,
			};
		if (node->fault == FAULT_TIMEOUT)
			return (struct dns_reply){ .status = DNS_TIMEOUT };
		if (node->fault == FAULT_FAILURE)
			break;
		set = find_set(node, type);
		cname = find_set(node, ZONE_CNAME);
		if (set != NULL || cname == NULL)
			return reply_of(set, ttl);
		ttl = cname->ttl < ttl ? cname->ttl : ttl;
		if (rdata_name(cname->items[0], buf, &name) < 0)
			break;
	}
	return (struct dns_reply){ .status = DNS_FAILURE };
}
