#!/usr/bin/perl
# The pages README.md, CONTRIBUTING.md and doc/**/*.md as test/t/documents.t tests them; CONTRIBUTING.md
# says how a page is to be written.
#   documents.pl blocks TOP PAGE FOLDER   writes the blocks of a page to FOLDER: NNN.sql, and of each
#                                         NNN.name (where it stands), NNN.want (the result printed under
#                                         it), NNN.example (if that is one for example); the files that
#                                         blocks name; and script.sql, which runs them all for psql
#   documents.pl like WANT GOT            succeeds if the result GOT is as the example WANT: the same
#                                         columns, a row at least, and nothing empty that is filled there
#   documents.pl links TOP PAGE ...       prints what is wrong with the links of the pages, and which of
#                                         the project's files that they name are not there
use strict;
use warnings;
use File::Basename;

# A page as a list of blocks and headings: {type, line, heading, ...}.
sub read_page {
	my ($file) = @_;
	open(my $in, '<', $file) or die "$file: $!\n";
	my (@parts, $block, $fence, $indent);
	my ($heading, $text) = ('', '');
	while (my $line = <$in>) {
		$line =~ s/\r?\n$//;
		if (!$block) {
			if ($line =~ /^( *)(```+|~~~+) *(\S*) *(.*?) *$/) {
				($indent, $fence) = (length $1, $2);
				$block = { type => 'block', line => $. + 1, heading => $heading, language => lc $3, file => $4, before => $text,
					lines => [] };
			} elsif ($line =~ /^(#+) +(.*?) *#*$/) {
				$heading = $2;
				push @parts, { type => 'heading', line => $., level => length $1, heading => $heading };
				$text = '';
			} else {
				push @parts, { type => 'setup', line => $., names => [split ' ', $1] } if $line =~ /^<!-- setup: (.*) -->$/;
				$text .= "$line\n";
				push @parts, { type => 'text', line => $., text => $line };
			}
		} elsif ($line =~ /^ *(```+|~~~+) *$/ && substr($1, 0, 1) eq substr($fence, 0, 1) && length $1 >= length $fence) {
			push @parts, $block;
			undef $block;
			$text = '';
		} else {
			$line =~ s/^ {0,$indent}//;
			push @{ $block->{lines} }, $line;
		}
	}
	die "$file:$block->{line}: a block that is not closed\n" if $block;
	return @parts;
}

sub is_sql { my ($part) = @_; return $part->{type} eq 'block' && $part->{language} =~ /^(sql|postgresql|psql)$/ }

# What GitHub makes of a heading for links to it.
sub anchors {
	my (%seen, @anchors);
	for my $part (@_) {
		next if $part->{type} ne 'heading';
		my $anchor = $part->{heading};
		$anchor =~ s/\[([^\]]*)\]\([^)]*\)/$1/g;
		$anchor = lc $anchor;
		$anchor =~ s/[^\w \-\x80-\xff]//g;
		$anchor =~ s/ /-/g;
		my $count = $seen{$anchor}++;
		push @anchors, $part->{anchor} = $count ? "$anchor-$count" : $anchor;
	}
	return @anchors;
}

# The SQL of the section of a page that PAGE#ANCHOR names, or of the page without an anchor.
sub section {
	my ($top, $name) = @_;
	my ($page, $anchor) = split /#/, $name, 2;
	my @parts = read_page("$top/$page");
	return grep { is_sql($_) || $_->{file} } @parts if !defined $anchor;
	anchors(@parts);
	my ($level, @found);
	for my $part (@parts) {
		if ($part->{type} eq 'heading') {
			last if defined $level && $part->{level} <= $level;
			$level = $part->{level} if $part->{anchor} eq $anchor;
		}
		push @found, $part if defined $level && $part->{type} eq 'block' && (is_sql($part) || $part->{file});
	}
	die "setup: there is no section $name\n" if !defined $level;
	return @found;
}

# The model that a file of test/bench/setup generates, of 400 tickets of the 1,000 days up to now, as a block of a page.
sub model_of {
	my ($top, $name) = @_;
	return { type => 'block', language => 'sql', lines => ['SET jit = off;', '\set schema flow', '\set items 400',
		q{SELECT now() - make_interval(secs => 1000 * 86400) AS first_day \gset}, "\\i $top/$name", q{CALL vsm.refresh('flow');}] };
}

# A file that a block names. Its unit separators, which nobody would see, are shown as U+241F.
sub write_data {
	my ($folder, $part) = @_;
	write_file("$folder/$part->{file}", map { s/\xe2\x90\x9f/\x1f/gr } @{ $part->{lines} });
}

sub write_file {
	my ($file, @lines) = @_;
	open(my $out, '>', $file) or die "$file: $!\n";
	print $out map { "$_\n" } @lines;
	close $out or die "$file: $!\n";
}

sub blocks {
	my ($top, $page, $folder) = @_;
	my @parts = read_page("$top/$page");
	my ($number, $last, @script) = (0);
	my @setup = map { @{ $_->{names} } } grep { $_->{type} eq 'setup' } @parts;

	# A reader must be told by a link as well.
	for my $name (@setup) {
		my ($to) = split /#/, $name;
		my $file = basename($to);
		die "$page: no link to $to, which its setup names\n"
			if !grep { $_->{type} eq 'text' && $_->{text} =~ m{\]\((?:[^)]*/)?\Q$file\E[#)]} } @parts;
	}
	for my $part (map { /\.sql$/ ? model_of($top, $_) : section($top, $_) } @setup) {
		write_data($folder, $part), next if $part->{file} && !is_sql($part);
		my $file = sprintf 'setup%03d.sql', ++$number;
		write_file("$folder/$file", @{ $part->{lines} });
		push @script, "\\o $file.out", "\\i $file", '\o';
	}
	$number = 0;
	for my $part (grep { $_->{type} eq 'block' } @parts) {
		if (is_sql($part)) {
			my $name = sprintf '%03d', ++$number;
			write_file("$folder/$name.sql", @{ $part->{lines} });
			write_file("$folder/$name.name", "$page line $part->{line}, $part->{heading}");
			push @script, "\\o $name.out", "\\i $name.sql", '\o';
			$last = $name;
			next;
		}
		if ($part->{file}) {
			write_data($folder, $part);
		} elsif ($part->{language} eq '') {
			# A result, under its SQL; what stands between them says that it is one for example.
			my $example = $part->{before} =~ /\bfor example\b/i;
			die "$page:$part->{line}: a block without a language is the result of the SQL above it, "
				. "with nothing in between but \"for example\"\n"
				if !defined $last || ($part->{before} =~ /\S/ && !$example);
			write_file("$folder/$last.want", trimmed(@{ $part->{lines} }));
			write_file("$folder/$last.example") if $example;
		}
		undef $last;
	}
	write_file("$folder/script.sql", @script);
}

sub trimmed {
	my @lines = @_;
	s/\s+$// for @lines;
	shift @lines while @lines && $lines[0] eq '';
	pop @lines while @lines && $lines[-1] eq '';
	return @lines;
}

# A result as psql prints it: the names of its columns, and its rows. An empty line ends it.
sub result {
	my ($file) = @_;
	open(my $in, '<', $file) or die "$file: $!\n";
	chomp(my @lines = <$in>);
	my @rows = map { [map { s/^\s+|\s+$//gr } split /\|/, $_, -1] } grep { /\S/ && !/^-[-+]*$/ } @lines;
	return (shift @rows, @rows);
}

sub like {
	my ($want, @want) = result($_[0]);
	my ($got, @got) = result($_[1]);
	my @columns = @{ $want // [] };
	return "the columns are others\n" if join('|', @columns) ne join('|', @{ $got // [] });
	return "there is no row\n" if !@got;
	for my $column (0 .. $#columns) {
		next if grep { ($_->[$column] // '') eq '' } @want;
		return "$columns[$column] is empty\n" if grep { ($_->[$column] // '') eq '' } @got;
	}
	return '';
}

sub links {
	my ($top, @pages) = @_;
	my (%anchors, %linked, @problems);
	for my $page (@pages) {
		my @parts = read_page("$top/$page");
		$anchors{$page} = { map { $_ => 1 } anchors(@parts) };
	}
	for my $page (@pages) {
		for my $part (grep { $_->{type} eq 'text' } read_page("$top/$page")) {
			# Files of the project that are named, but for those whose names are made up.
			for my $file ($part->{text} =~ m{`((?:src|sql|test|doc)/[a-z0-9_./*-]+)`}g) {
				my ($found) = glob "'$top'/$file";
				push @problems, "$page:$part->{line}: there is no file $file" if $file !~ /forge/ && !(defined $found && -e $found);
			}
			my $text = $part->{text} =~ s/`[^`]*`//gr;
			while ($text =~ /\]\(([^)\s]+)[^)]*\)/g) {
				my $link = $1;
				next if $link =~ /^[a-z]+:/;
				my ($file, $anchor) = split /#/, $link, 2;
				my $to = $file eq '' ? $page : (dirname($page) eq '.' ? '' : dirname($page) . '/') . $file;
				$to =~ s{(^|/)\./}{$1}g;
				1 while $to =~ s{(^|/)(?!\.\.)[^/]+/\.\./}{$1};
				$linked{$to}++ if $to ne $page;
				push @problems, "$page:$part->{line}: there is no $to" if !-e "$top/$to";
				push @problems, "$page:$part->{line}: $to has no heading $anchor"
					if defined $anchor && -e "$top/$to" && !$anchors{$to}{$anchor};
			}
		}
	}
	push @problems, map { "$_: no page leads to it" } grep { $_ ne 'README.md' && !$linked{$_} } @pages;
	return @problems;
}

my ($what, @arguments) = @ARGV;
if ($what eq 'blocks') {
	blocks(@arguments);
} elsif ($what eq 'like') {
	my $problem = like(@arguments);
	print $problem;
	exit($problem ne '');
} elsif ($what eq 'links') {
	my @problems = links(@arguments);
	print map { "$_\n" } @problems;
	exit(@problems > 0);
} else {
	die "documents.pl: blocks, like or links\n";
}
