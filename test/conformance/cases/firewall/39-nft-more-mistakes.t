# title: nft: more mistakes
# timeout: 60

  $ ip netns add lab; ip -n lab link set lo up
  $ N="ip netns exec lab"
  $ $N nft
  nft: no command specified
  [1]
  $ $N nft list
  Error: syntax error, unexpected newline
  list
      ^
  [1]
  $ $N nft list table filter
  Error: No such file or directory
  list table filter
             ^^^^^^
  [1]
  $ $N nft list chain inet filter input
  Error: No such file or directory
  list chain inet filter input
                  ^^^^^^
  [1]
  $ $N nft add table inet fw; $N nft 'add chain inet fw in { type filter hook input priority 0; policy drop; }'
  $ $N nft add chain inet fw in { type filter hook input priority 0 }
  Error: syntax error, unexpected '}', expecting newline or semicolon
  add chain inet fw in { type filter hook input priority 0 }
                                                           ^
  Error: syntax error, unexpected end of file
  add chain inet fw in { type filter hook input priority 0 }
  ^
  [1]
  $ $N nft 'add chain inet fw x { type nat hook input priority 0; policy reject; }'
  Error: syntax error, unexpected reject, expecting accept or drop or '$'
  add chain inet fw x { type nat hook input priority 0; policy reject; }
                                                               ^^^^^^
  [1]
  $ $N nft 'add chain inet fw x { type filter hook foo priority 0; }'
  Error: unknown chain hook
  add chain inet fw x { type filter hook foo priority 0; }
                                         ^^^
  [1]
  $ $N nft 'add chain inet fw x { type foo hook input priority 0; }'
  Error: unknown chain type
  add chain inet fw x { type foo hook input priority 0; }
                             ^^^
  [1]
  $ $N nft 'add chain inet fw x { type filter hook input; }'
  Error: syntax error, unexpected semicolon, expecting priority
  add chain inet fw x { type filter hook input; }
                                              ^
  [1]
  $ $N nft add rule inet fw in tcp dport 80
  $ $N nft add rule inet fw in tcp port 80 accept
  Error: syntax error, unexpected string
  add rule inet fw in tcp port 80 accept
                          ^^^^
  [1]
  $ $N nft add rule inet fw in dport 80 accept
  Error: No symbol type information
  add rule inet fw in dport 80 accept
                      ^^^^^
  [1]
  $ $N nft add rule inet fw in ip saddr 10.0.0.0/33 drop
  Error: Prefix length 33 is invalid for type of 32 bits width
  add rule inet fw in ip saddr 10.0.0.0/33 drop
                               ^^^^^^^^^^^
  [1]
  $ $N nft add rule inet fw in ip saddr 10.0.0.256 drop
  Error: Could not resolve hostname: Name or service not known
  add rule inet fw in ip saddr 10.0.0.256 drop
                               ^^^^^^^^^^
  [1]
  $ $N nft add rule inet fw in tcp dport 70000 drop
  Error: Service out of range
  add rule inet fw in tcp dport 70000 drop
                                ^^^^^
  [1]
  $ $N nft add rule inet fw in tcp dport foo drop
  Error: Could not resolve service: Servname not supported for ai_socktype
  add rule inet fw in tcp dport foo drop
                                ^^^
  [1]
  $ $N nft add rule inet fw in ip protocol foo drop
  Error: Could not resolve protocol name
  add rule inet fw in ip protocol foo drop
                                  ^^^
  [1]
  $ $N nft add rule inet fw in jump nowhere
  Error: Could not process rule: No such file or directory
  add rule inet fw in jump nowhere
                           ^^^^^^^
  [1]
  $ $N nft add rule inet fw nochain drop
  Error: Could not process rule: No such file or directory
  add rule inet fw nochain drop
                   ^^^^^^^
  [1]
  $ $N nft add rule inet fw in drop accept
  Error: Statement after terminal statement has no effect
  add rule inet fw in drop accept
                      ~~~~ ^^^^^^
  [1]
  $ $N nft add rule inet fw in iif nosuch accept
  Error: Interface does not exist
  add rule inet fw in iif nosuch accept
                          ^^^^^^
  [1]
  $ $N nft add rule inet fw in iifname nosuch accept
  $ $N nft add rule inet fw in ct state foo accept
  Error: Could not parse conntrack state
  add rule inet fw in ct state foo accept
                               ^^^
  [1]
  $ $N nft add rule inet fw in ct state new,established accept
  $ $N nft add rule inet fw in masquerade
  Error: Could not process rule: Operation not supported
  add rule inet fw in masquerade
  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  [1]
  $ $N nft add rule inet fw in ip saddr @nope drop
  Error: No such file or directory
  add rule inet fw in ip saddr @nope drop
                               ^^^^^
  [1]
  $ $N nft add rule inet fw in limit rate 5/fortnight accept
  Error: syntax error, unexpected string
  add rule inet fw in limit rate 5/fortnight accept
                                   ^^^^^^^^^
  [1]
  $ $N nft add rule inet fw in reject with tcp reset
  $ $N nft add rule inet fw in reject with icmp foo
  Error: Could not parse icmp code
  add rule inet fw in reject with icmp foo
                                       ^^^
  [1]
  $ $N nft add rule inet fw in counter packets 5 bytes 300 accept
  $ $N nft delete rule inet fw in
  Error: syntax error, unexpected newline, expecting handle
  delete rule inet fw in
                        ^
  [1]
  $ $N nft delete rule inet fw in drop
  Error: syntax error, unexpected drop, expecting handle
  delete rule inet fw in drop
                         ^^^^
  [1]
  $ $N nft delete rule inet fw in handle abc
  Error: syntax error, unexpected string, expecting number
  delete rule inet fw in handle abc
                                ^^^
  [1]
  $ $N nft delete chain inet fw nope
  Error: Could not process rule: No such file or directory
  delete chain inet fw nope
                       ^^^^
  [1]
  $ $N nft delete chain inet fw in
  $ $N nft rename chain inet fw in input
  Error: No such file or directory
  rename chain inet fw in input
                       ^^
  [1]
  $ $N nft list ruleset inet
  table inet fw {
  }
  $ $N nft list ruleset ip
  $ $N nft add table foo bar
  Error: syntax error, unexpected string, expecting end of file or newline or semicolon
  add table foo bar
                ^^^
  [1]
  $ $N nft flush table inet nope
  Error: Could not process rule: No such file or directory
  flush table inet nope
                   ^^^^
  [1]
  $ $N nft flush
  Error: syntax error, unexpected newline
  flush
       ^
  [1]
  $ $N nft add
  Error: syntax error, unexpected newline, expecting string
  add
     ^
  [1]
  $ $N nft --nosuch
  nft: unrecognized option '--nosuch'
  [1]
  $ $N nft -f /nosuch
  internal:0:0-0: Error: Could not open file "/nosuch": No such file or directory
  [1]
  $ echo 'table ip x { chain y { tcp dport 80 foo; } }' > /tmp/bad.nft; $N nft -f /tmp/bad.nft
  /tmp/bad.nft:1:40-40: Error: syntax error, unexpected semicolon
  table ip x { chain y { tcp dport 80 foo; } }
                                         ^
  /tmp/bad.nft:1:44-44: Error: syntax error, unexpected '}', expecting newline or semicolon
  table ip x { chain y { tcp dport 80 foo; } }
                                             ^
  /tmp/bad.nft:2:1-1: Error: syntax error, unexpected end of file
  table ip x { chain y { tcp dport 80 foo; } }
  ^
  [1]
  $ printf 'add table ip good\nadd rule ip good nochain drop\n' > /tmp/half.nft; $N nft -f /tmp/half.nft; $N nft list tables
  /tmp/half.nft:2:18-24: Error: Could not process rule: No such file or directory
  add rule ip good nochain drop
                   ^^^^^^^
  table inet fw
  $ $N nft -c add table ip dry; $N nft list tables
  table inet fw
  $ $N nft -n list chain inet fw input
  Error: No such file or directory
  list chain inet fw input
                     ^^^^^
  [1]
  $ $N nft -s list ruleset | tail -8
  table inet fw {
  }
  $ $N nft -v
  nftables v1.0.6 (Lester Gooch #5)
