# title: nft: sets, maps, handles
# timeout: 60

  $ ip netns add lab; ip -n lab link set lo up
  $ N="ip netns exec lab"
  $ $N nft add table ip filter
  $ $N nft 'add chain ip filter input { type filter hook input priority filter; policy accept; }'
  $ $N nft 'add set ip filter blocked { type ipv4_addr; }'
  $ $N nft 'add element ip filter blocked { 10.0.0.1, 10.0.0.2 }'
  $ $N nft add rule ip filter input ip saddr @blocked drop
  $ $N nft list set ip filter blocked
  table ip filter {
  	set blocked {
  		type ipv4_addr
  		elements = { 10.0.0.1, 10.0.0.2 }
  	}
  }
  $ $N nft 'add element ip filter blocked { 10.0.0.1 }'
  $ $N nft 'create element ip filter blocked { 10.0.0.1 }'
  Error: Could not process rule: File exists
  create element ip filter blocked { 10.0.0.1 }
                                     ^^^^^^^^
  [1]
  $ $N nft 'delete element ip filter blocked { 10.0.0.9 }'
  Error: Could not process rule: No such file or directory
  delete element ip filter blocked { 10.0.0.9 }
                                     ^^^^^^^^
  [1]
  $ $N nft 'delete element ip filter blocked { 10.0.0.2 }'
  $ $N nft 'add set ip filter nets { type ipv4_addr; flags interval; elements = { 192.168.0.0/16, 10.0.0.0-10.0.0.255 } }'
  $ $N nft 'add set ip filter ports { type inet_service; comment "web"; elements = { 80, 443, http-alt }; }'
  $ $N nft 'add map ip filter portmap { type inet_service : ipv4_addr; elements = { 80 : 10.0.0.1, 443 : 10.0.0.2 }; }'
  $ $N nft 'add map ip filter verdicts { type inet_service : verdict; elements = { 22 : accept, 23 : drop }; }'
  $ $N nft add rule ip filter input tcp dport vmap @verdicts
  $ $N nft 'add rule ip filter input tcp dport vmap { 25 : drop, 80 : accept, 8000-8010 : reject }'
  Error: syntax error, unexpected reject
  add rule ip filter input tcp dport vmap { 25 : drop, 80 : accept, 8000-8010 : reject }
                                                                                ^^^^^^
  [1]
  $ $N nft add rule ip filter input tcp dport @ports counter accept
  $ $N nft 'add rule ip filter input ip saddr { 1.1.1.1, 2.2.2.2 } ip daddr != 127.0.0.0/8 log prefix "hi: " drop'
  $ $N nft -a list ruleset
  table ip filter { # handle 1
  	set blocked { # handle 2
  		type ipv4_addr
  		elements = { 10.0.0.1 }
  	}
  
  	set nets { # handle 4
  		type ipv4_addr
  		flags interval
  		elements = { 10.0.0.0/24, 192.168.0.0/16 }
  	}
  
  	set ports { # handle 5
  		type inet_service
  		comment "web"
  		elements = { 80, 443, 8080 }
  	}
  
  	map portmap { # handle 6
  		type inet_service : ipv4_addr
  		elements = { 80 : 10.0.0.1, 443 : 10.0.0.2 }
  	}
  
  	map verdicts { # handle 7
  		type inet_service : verdict
  		elements = { 22 : accept, 23 : drop }
  	}
  
  	chain input { # handle 1
  		type filter hook input priority filter; policy accept;
  		ip saddr @blocked drop # handle 3
  		tcp dport vmap @verdicts # handle 8
  		tcp dport @ports counter packets 0 bytes 0 accept # handle 9
  		ip saddr { 1.1.1.1, 2.2.2.2 } ip daddr != 127.0.0.0/8 log prefix "hi: " drop # handle 15
  	}
  }
  $ $N nft insert rule ip filter input position 5 tcp dport 1 drop
  Error: Could not process rule: No such file or directory
  insert rule ip filter input position 5 tcp dport 1 drop
                              ^^^^^^^^^^
  [1]
  $ $N nft insert rule ip filter input iif lo accept
  $ $N nft add rule ip filter input index 0 tcp dport 2 drop
  $ $N nft insert rule ip filter input index 99 drop
  Error: Could not process rule: No such file or directory
  insert rule ip filter input index 99 drop
                              ^^^^^^^^
  [1]
  $ $N nft -a list chain ip filter input
  table ip filter {
  	chain input { # handle 1
  		type filter hook input priority filter; policy accept;
  		iif "lo" accept # handle 16
  		tcp dport 2 drop # handle 17
  		ip saddr @blocked drop # handle 3
  		tcp dport vmap @verdicts # handle 8
  		tcp dport @ports counter packets 0 bytes 0 accept # handle 9
  		ip saddr { 1.1.1.1, 2.2.2.2 } ip daddr != 127.0.0.0/8 log prefix "hi: " drop # handle 15
  	}
  }
  $ $N nft replace rule ip filter input handle 8 tcp dport 3 reject
  $ $N nft delete rule ip filter input handle 8
  $ $N nft delete rule ip filter input handle 8
  Error: Could not process rule: No such file or directory
  delete rule ip filter input handle 8
                                     ^
  [1]
  $ $N nft delete set ip filter blocked
  Error: Could not process rule: Device or resource busy
  delete set ip filter blocked
                       ^^^^^^^
  [1]
  $ $N nft flush set ip filter ports
  $ $N nft list set ip filter ports
  table ip filter {
  	set ports {
  		type inet_service
  		comment "web"
  	}
  }
  $ $N nft list sets
  table ip filter {
  	set blocked {
  		type ipv4_addr
  		elements = { 10.0.0.1 }
  	}
  	set nets {
  		type ipv4_addr
  		flags interval
  		elements = { 10.0.0.0/24, 192.168.0.0/16 }
  	}
  	set ports {
  		type inet_service
  		comment "web"
  	}
  }
  $ $N nft list maps
  table ip filter {
  	map portmap {
  		type inet_service : ipv4_addr
  		elements = { 80 : 10.0.0.1, 443 : 10.0.0.2 }
  	}
  	map verdicts {
  		type inet_service : verdict
  		elements = { 22 : accept, 23 : drop }
  	}
  }
  $ $N nft list map ip filter portmap
  table ip filter {
  	map portmap {
  		type inet_service : ipv4_addr
  		elements = { 80 : 10.0.0.1, 443 : 10.0.0.2 }
  	}
  }
  $ $N nft list chains
  table ip filter {
  	chain input {
  		type filter hook input priority filter; policy accept;
  	}
  }
  $ $N nft list tables ip
  table ip filter
  $ $N nft flush chain ip filter input
  $ $N nft delete chain ip filter input
  $ $N nft delete set ip filter blocked
  $ $N nft list table ip filter
  table ip filter {
  	set nets {
  		type ipv4_addr
  		flags interval
  		elements = { 10.0.0.0/24, 192.168.0.0/16 }
  	}
  
  	set ports {
  		type inet_service
  		comment "web"
  	}
  
  	map portmap {
  		type inet_service : ipv4_addr
  		elements = { 80 : 10.0.0.1, 443 : 10.0.0.2 }
  	}
  
  	map verdicts {
  		type inet_service : verdict
  		elements = { 22 : accept, 23 : drop }
  	}
  }
  $ $N nft delete table ip filter
  $ $N nft delete table ip filter
  Error: Could not process rule: No such file or directory
  delete table ip filter
                  ^^^^^^
  [1]
