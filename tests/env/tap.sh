# tap.sh: ok and the counts.  Sourced by tests, which set $suite to their name.

count=0 failed=0

# ok NAME COMMAND...: one test; what the command prints is shown if it fails.
ok() {
	local name=$1 out
	shift
	count=$((count + 1))
	if out=$("$@" 2>&1); then
		echo "ok $count - $suite: $name"
	else
		failed=$((failed + 1))
		echo "not ok $count - $suite: $name"
		echo "$out" | tail -n 20 | sed 's/^/# /'
	fi
}

# done_testing: the plan, and the exit status
done_testing() {
	echo "1..$count"
	[ "$failed" -eq 0 ]
}
