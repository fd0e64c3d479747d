# run.pl FILE.sql ...
# Runs the measures of test/bench.sh, where the files' format is described. Settings come in the
# environment: bin, items, runs, only.
use strict;
use warnings;
use File::Basename qw(basename dirname);
use IO::Select;
use IPC::Open2;
use POSIX qw(strftime sysconf _SC_CLK_TCK);
use Time::HiRes qw(time sleep);

my ($bin, $items, $runs) = @ENV{qw(bin items runs)};
my $only  = qr/$ENV{only}/;
my $ticks = sysconf(_SC_CLK_TCK);
# The generated model ends today: what views say of the last weeks and of now is of something.
my $first_day = strftime('%Y-%m-%d 08:00Z', gmtime(time - 1000 * 86400));
my @psql  = ('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-v', "items=$items", '-v', "bin=$bin", '-v', "first_day=$first_day");
my $lost  = 0;     # answers that differed
$ENV{PGOPTIONS} = '-c client_min_messages=warning ' . ($ENV{PGOPTIONS} // '');
$| = 1;

die "ITEMS must be a number of items, not \"$items\"\n" if $items !~ /^[1-9][0-9]*$/;
die "RUNS must be a number, not \"$runs\"\n" if $runs !~ /^[1-9][0-9]*$/;

# One file of measures: its queries in their order, its measures in their order.
sub read_measures
{
	my ($path) = @_;
	my %file = (path => $path, needs => [], setup => '', queries => [], measures => []);
	my (%query, $text);
	my $ignored = '';
	$text = \$ignored;
	open my $in, '<', $path or die "$path: $!\n";
	while (my $line = <$in>)
	{
		if ($line !~ /^-- @(\w+)\s*(.*?)\s*$/)
		{
			$$text .= $line;
			next;
		}
		my ($part, $rest) = ($1, $2);
		my ($name, $more) = $rest =~ /^(\w+)\s*(.*)$/ ? ($1, $2) : ('', $rest);
		if ($part eq 'needs') { $file{needs} = [ split ' ', $rest ]; $text = \$ignored; }
		elsif ($part eq 'setup') { $text = \$file{setup}; }
		elsif ($part =~ /^(query|run|shell)$/)
		{
			$query{$name} = { name => $name, kind => $part, text => '', before => '', set => '', limit => 0, cpu => [], memory => [] };
			push @{ $file{queries} }, $query{$name};
			$text = \$query{$name}{text};
		}
		elsif ($part =~ /^(before|set)$/) { $text = \$query{$name}{$part}; }
		elsif ($part eq 'limit') { $query{$name}{limit} = $more; $text = \$ignored; }
		elsif ($part =~ /^(ratio|memory)$/)
		{
			my ($sums, $goal) = $more =~ /^([\w\s+]+\/[\w\s+]+?)\s*((?:[<>]=\s*[\d.]+)?)$/
			  or die "$path:$.: not NAME A / B: $line";
			my @sums = map { [ split /\s*\+\s*/ ] } split /\s*\/\s*/, $sums;
			for (map { @$_ } @sums) { die "$path:$.: no query \"$_\" above\n" unless $query{$_}; }
			push @{ $file{measures} }, { name => $name, kind => $part, sums => \@sums, goal => $goal };
			$text = \$ignored;
		}
		elsif ($part =~ /^(seconds|milliseconds|each)$/)
		{
			my ($of, $goal) = $more =~ /^(\w+)\s*((?:[<>]=\s*[\d.]+)?)$/ or die "$path:$.: not NAME QUERY: $line";
			die "$path:$.: no query \"$of\" above\n" unless $query{$of};
			push @{ $file{measures} }, { name => $name, kind => $part, sums => [ [$of] ], goal => $goal };
			$text = \$ignored;
		}
		elsif ($part eq 'value')
		{
			push @{ $file{measures} }, { name => $name, kind => $part, goal => $more, text => '' };
			$text = \$file{measures}[-1]{text};
		}
		elsif ($part eq 'same')
		{
			my ($measure) = grep { $_->{name} eq $name } @{ $file{measures} };
			die "$path:$.: no measure \"$name\" above\n" unless $measure;
			$measure->{same} = '';
			$text = \$measure->{same};
		}
		else { die "$path:$.: unknown part: $line"; }
	}
	$file{query} = \%query;
	return \%file;
}

# Runs SQL that is not measured and returns what it prints.
sub sql
{
	my ($text, @options) = @_;
	my $pid = open2(my $out, my $in, @psql, @options, '-f', '-');
	print $in $text;
	close $in;
	my $printed = do { local $/; <$out> } // '';
	waitpid $pid, 0;
	die "bench: SQL failed:\n$text\n" if $?;
	chomp $printed;
	return $printed;
}

# CPU seconds that a process has used: to the nanosecond where the kernel tells, else in ticks.
sub cpu_of
{
	my ($pid) = @_;
	if (open my $file, '<', "/proc/$pid/schedstat")
	{
		my ($nanoseconds) = split ' ', (<$file> // '');
		return $nanoseconds / 1e9 if $nanoseconds;
	}
	open my $file, '<', "/proc/$pid/stat" or return 0;
	my @field = split ' ', (<$file> =~ s/.*\)//r);
	return ($field[11] + $field[12]) / $ticks;
}

# Megabytes of memory of its own that a process holds.
sub memory_of
{
	my ($pid) = @_;
	open my $file, '<', "/proc/$pid/status" or return 0;
	/^RssAnon:\s+(\d+)/ and return $1 / 1024 while <$file>;
	return 0;
}

# One run of a query in a fresh session: CPU seconds, peak megabytes, whether it was stopped.
sub run_sql
{
	my ($query) = @_;
	my $pid = open2(my $out, my $in, 'sh', '-c', 'exec "$@" 2>&1', 'sh', 'psql', '-XAtq', '-v', "items=$items", '-v', "bin=$bin");
	my $select = IO::Select->new($out);
	my ($peak, $printed, $backend) = (0, '', 0);
	# Sends SQL, gives the output up to the answer of the query after it, watching the memory.
	my $talk = sub {
		my ($text) = @_;
		print $in "$text\n;SELECT 'bench: ' || 'end';\n";
		$in->flush;
		$printed = '';
		until ($printed =~ s/^bench: end\n//m)
		{
			my $memory = $backend ? memory_of($backend) : 0;
			$peak = $memory if $memory > $peak;
			next unless $select->can_read(0.02);
			sysread $out, $printed, 65536, length $printed or die "bench: $query->{name}: the server or psql went away: $printed\n";
		}
		return $printed;
	};
	$talk->($query->{set});
	die "bench: settings of $query->{name}: $printed\n" if $printed =~ /ERROR/;
	($backend) = $talk->('SELECT pg_backend_pid()') =~ /^(\d+)$/m or die "bench: no session: $printed\n";
	my $text = $query->{text} =~ s/[;\s]+\z//r;
	my $limit = $query->{limit} ? "SET statement_timeout = '$query->{limit}s';\n" : '';
	my $cpu = cpu_of($backend);
	my ($before, $after) = $query->{kind} eq 'query' ? ("EXPLAIN (ANALYZE, TIMING OFF)\n", '') : ("\\o /dev/null\n", "\n;\\o");
	$talk->($limit . $before . $text . $after);
	$cpu = cpu_of($backend) - $cpu;
	my $stopped = $query->{limit} && $printed =~ /statement timeout/;
	die "bench: $query->{name}: $printed\n" if !$stopped && $printed =~ /^(psql:[^\n]*)?(ERROR|FATAL):/m;
	$query->{plan} = $printed;
	close $in;
	waitpid $pid, 0;
	return ($cpu, $peak, $stopped);
}

# The same for a program. Its memory is that of the largest process seen in its group.
sub run_shell
{
	my ($query) = @_;
	my @before = times;
	my $peak = 0;
	my $program = $query->{text} =~ s/'/'\\''/gr;
	open my $out, '-|', 'exec timeout ' . ($query->{limit} || 0) . " sh -e -c '$program'" or die "bench: $query->{name}: $!\n";
	my $select = IO::Select->new($out);
	my ($printed, $session, $looked) = ('', 0, 0);
	while (1)
	{
		if (time - $looked > 0.1)
		{
			$looked = time;
			my $memory = 0;
			for my $pid (children($$)) { my $m = memory_of($pid); $memory = $m if $m > $memory; }
			$peak = $memory if $memory > $peak;
		}
		next unless $select->can_read(0.02);
		last unless sysread $out, $printed, 65536, length $printed;
	}
	close $out;
	my $stopped = $? >> 8 == 124;
	die "bench: $query->{name} failed (status $?): $printed\n" if $? && !$stopped;
	my @after = times;
	my $cpu = $after[2] + $after[3] - $before[2] - $before[3];
	$query->{skip} = $1 if $printed =~ /^skip (.*)$/m;
	$cpu  = $1 if $printed =~ /^cpu ([\d.]+)/m;
	$peak = $1 if $printed =~ /^memory ([\d.]+)/m;
	return ($cpu, $peak, $stopped);
}

# All processes below one.
sub children
{
	my ($pid) = @_;
	open my $file, '<', "/proc/$pid/task/$pid/children" or return ();
	my @pids = split ' ', (<$file> // '');
	return (@pids, map { children($_) } @pids);
}

sub median
{
	my @sorted = sort { $a <=> $b } @_;
	return ($sorted[ $#sorted / 2 ] + $sorted[ @sorted / 2 ]) / 2;
}

sub round { my ($value) = @_; return sprintf $value < 10 ? '%.2f' : $value < 100 ? '%.1f' : '%.0f', $value; }

my %done;     # setups that ran
my @ratios;
for my $path (@ARGV)
{
	my $file     = read_measures($path);
	my @measures = grep { $_->{name} =~ $only } @{ $file->{measures} } or next;
	my %wanted   = map { $_ => 1 } map { @$_ } map { @{ $_->{sums} // [] } } @measures;
	my @queries  = grep { $wanted{ $_->{name} } } @{ $file->{queries} };

	printf "%s\n", basename($path, '.sql');
	for my $need (@{ $file->{needs} })
	{
		next if $done{$need}++;
		my $start = time;
		sql('', '-f', dirname($path) . "/setup/$need.sql");
		printf "  made %s in %.0f s\n", $need, time - $start;
	}
	sql($file->{setup}) if $file->{setup} =~ /\S/;

	for my $run (1 .. $runs)
	{
		for my $query (@queries)
		{
			next if $query->{skip};
			sql($query->{before}) if $query->{before} =~ /\S/;
			my ($cpu, $memory, $stopped) = $query->{kind} eq 'shell' ? run_shell($query) : run_sql($query);
			push @{ $query->{cpu} },    $cpu;
			push @{ $query->{memory} }, $memory;
			$query->{stopped} ||= $stopped;
		}
		# What reached its limit once would reach it again.
		@queries = grep { !$_->{stopped} } @queries;
	}
	for my $query (grep { @{ $_->{cpu} } } @{ $file->{queries} })
	{
		if (defined $query->{skip}) { printf "  %-24s left out: %s\n", $query->{name}, $query->{skip}; next; }
		printf "  %-24s %s%9.3f s CPU (%.3f to %.3f) %8.0f MB\n", $query->{name}, $query->{stopped} ? '>=' : '  ',
		  median(@{ $query->{cpu} }), (sort { $a <=> $b } @{ $query->{cpu} })[ 0, -1 ], median(@{ $query->{memory} });
	}

	for my $measure (@measures)
	{
		my ($bound, $value, $shown) = ('');
		if ($measure->{kind} eq 'value')
		{
			$value = sql($measure->{text});
			$shown = '';
		}
		elsif ($measure->{kind} =~ /^(seconds|milliseconds|each)$/)
		{
			my $query = $file->{query}{ $measure->{sums}[0][0] };
			if (defined $query->{skip}) { printf "  %-32s left out: %s\n", $measure->{name}, $query->{skip}; next; }
			$bound = $query->{stopped} ? '>=' : '';
			$value = median(@{ $query->{cpu} });
			$shown = $measure->{kind} eq 'each' ? sprintf '1000 * %.3f s / %d', $value, $items : '';
			$value *= 1000 / $items if $measure->{kind} eq 'each';
			$value *= 1000 if $measure->{kind} eq 'milliseconds';
		}
		else
		{
			my $of = $measure->{kind} eq 'memory' ? 'memory' : 'cpu';
			my @parts = map { [ map { $file->{query}{$_} } @$_ ] } @{ $measure->{sums} };
			my ($skipped) = grep { defined $_->{skip} } map { @$_ } @parts;
			if ($skipped) { printf "  %-32s left out: %s\n", $measure->{name}, $skipped->{skip}; next; }
			my ($above, $below) = map { my $sum = 0; $sum += median(@{ $_->{$of} }) for @$_; $sum } @parts;
			$bound = (grep { $_->{stopped} } @{ $parts[0] }) ? '>=' : (grep { $_->{stopped} } @{ $parts[1] }) ? '<=' : '';
			$value = $below > 0 ? $above / $below : 'NaN';
			$shown = sprintf $of eq 'cpu' ? '%.3f s / %.3f s' : '%.0f MB / %.0f MB', $above, $below;
			if (defined $measure->{same})
			{
				my $difference = sql($measure->{same});
				if ($difference ne '')
				{
					$lost++;
					printf "  %s: THE ANSWERS DIFFER:\n%s\n", $measure->{name}, substr $difference, 0, 1000;
				}
			}
		}
		my $goal = '';
		if (my ($direction, $limit) = $measure->{goal} =~ /^([<>]=)\s*([\d.]+)$/)
		{
			my $met = $direction eq '<=' ? $value <= $limit : $value >= $limit;
			$goal = sprintf ' (goal %s %s%s)', $direction, $limit, $met ? '' : ': missed';
		}
		printf "  %-32s %s%s%s%s\n", $measure->{name}, $shown ? "$shown = " : '', $bound, round($value), $goal;
		push @ratios, "ratio $measure->{name} $bound" . round($value);
	}
	print "\n";
}
die "bench: no measure matches \"$ENV{only}\"\n" unless @ratios;
print map { "$_\n" } @ratios;
exit($lost ? 1 : 0);
