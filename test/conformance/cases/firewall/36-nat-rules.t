# title: NAT rules, listed and refused
# timeout: 60

  $ ip netns add lab; ip -n lab link set lo up
  $ N="ip netns exec lab"
  $ $N iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 80 -j DNAT --to 10.0.0.2:8080
  $ $N iptables -t nat -A PREROUTING -p udp --dport 53 -j DNAT --to-destination 10.0.0.3
  $ $N iptables -t nat -A PREROUTING -p tcp --dport 90 -j REDIRECT --to-ports 9090
  $ $N iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -o eth0 -j SNAT --to-source 203.0.113.7
  $ $N iptables -t nat -A POSTROUTING -s 10.0.1.0/24 -j SNAT --to 203.0.113.7-203.0.113.9:1000-2000
  iptables v1.8.9 (nf_tables): Need TCP, UDP, SCTP or DCCP with port specification
  Try `iptables -h' or 'iptables --help' for more information.
  [2]
  $ $N iptables -t nat -A POSTROUTING -p tcp -j SNAT --to 203.0.113.7-203.0.113.9:1000-2000
  $ $N iptables -t nat -A POSTROUTING -s 10.0.2.0/24 ! -d 10.0.0.0/8 -j MASQUERADE
  $ $N iptables -t nat -A POSTROUTING -p tcp -o eth1 -j MASQUERADE --to-ports 5000-6000 --random
  $ $N iptables -t nat -A OUTPUT -d 1.2.3.4 -p tcp --dport 443 -j DNAT --to-destination 127.0.0.1:8443
  $ $N iptables -t nat -A PREROUTING -d 10.9.0.0/16 -j NETMAP --to 10.8.0.0/16
  $ $N iptables -t nat -S
  -P PREROUTING ACCEPT
  -P INPUT ACCEPT
  -P OUTPUT ACCEPT
  -P POSTROUTING ACCEPT
  -A PREROUTING -i eth0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080
  -A PREROUTING -p udp -m udp --dport 53 -j DNAT --to-destination 10.0.0.3
  -A PREROUTING -p tcp -m tcp --dport 90 -j REDIRECT --to-ports 9090
  -A PREROUTING -d 10.9.0.0/16 -j NETMAP --to 10.8.0.0/16
  -A OUTPUT -d 1.2.3.4/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 127.0.0.1:8443
  -A POSTROUTING -s 10.0.0.0/24 -o eth0 -j SNAT --to-source 203.0.113.7
  -A POSTROUTING -p tcp -j SNAT --to-source 203.0.113.7-203.0.113.9:1000-2000
  -A POSTROUTING -s 10.0.2.0/24 ! -d 10.0.0.0/8 -j MASQUERADE
  -A POSTROUTING -o eth1 -p tcp -j MASQUERADE --to-ports 5000-6000 --random
  $ $N iptables -t nat -L -n
  Chain PREROUTING (policy ACCEPT)
  target     prot opt source               destination
  DNAT       6    --  0.0.0.0/0            0.0.0.0/0            tcp dpt:80 to:10.0.0.2:8080
  DNAT       17   --  0.0.0.0/0            0.0.0.0/0            udp dpt:53 to:10.0.0.3
  REDIRECT   6    --  0.0.0.0/0            0.0.0.0/0            tcp dpt:90 redir ports 9090
  NETMAP     0    --  0.0.0.0/0            10.9.0.0/16          to:10.8.0.0/16
  
  Chain INPUT (policy ACCEPT)
  target     prot opt source               destination
  
  Chain OUTPUT (policy ACCEPT)
  target     prot opt source               destination
  DNAT       6    --  0.0.0.0/0            1.2.3.4              tcp dpt:443 to:127.0.0.1:8443
  
  Chain POSTROUTING (policy ACCEPT)
  target     prot opt source               destination
  SNAT       0    --  10.0.0.0/24          0.0.0.0/0            to:203.0.113.7
  SNAT       6    --  0.0.0.0/0            0.0.0.0/0            to:203.0.113.7-203.0.113.9:1000-2000
  MASQUERADE  0    --  10.0.2.0/24         !10.0.0.0/8
  MASQUERADE  6    --  0.0.0.0/0            0.0.0.0/0            masq ports: 5000-6000 random
  $ $N iptables -t nat -L -n -v --line-numbers
  Chain PREROUTING (policy ACCEPT 0 packets, 0 bytes)
  num   pkts bytes target     prot opt in     out     source               destination
  1        0     0 DNAT       6    --  eth0   *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80 to:10.0.0.2:8080
  2        0     0 DNAT       17   --  *      *       0.0.0.0/0            0.0.0.0/0            udp dpt:53 to:10.0.0.3
  3        0     0 REDIRECT   6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:90 redir ports 9090
  4        0     0 NETMAP     0    --  *      *       0.0.0.0/0            10.9.0.0/16          to:10.8.0.0/16
  
  Chain INPUT (policy ACCEPT 0 packets, 0 bytes)
  num   pkts bytes target     prot opt in     out     source               destination
  
  Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)
  num   pkts bytes target     prot opt in     out     source               destination
  1        0     0 DNAT       6    --  *      *       0.0.0.0/0            1.2.3.4              tcp dpt:443 to:127.0.0.1:8443
  
  Chain POSTROUTING (policy ACCEPT 0 packets, 0 bytes)
  num   pkts bytes target     prot opt in     out     source               destination
  1        0     0 SNAT       0    --  *      eth0    10.0.0.0/24          0.0.0.0/0            to:203.0.113.7
  2        0     0 SNAT       6    --  *      *       0.0.0.0/0            0.0.0.0/0            to:203.0.113.7-203.0.113.9:1000-2000
  3        0     0 MASQUERADE  0    --  *      *       10.0.2.0/24         !10.0.0.0/8
  4        0     0 MASQUERADE  6    --  *      eth1    0.0.0.0/0            0.0.0.0/0            masq ports: 5000-6000 random
  $ $N iptables -t nat -L PREROUTING
  Chain PREROUTING (policy ACCEPT)
  target     prot opt source               destination
  DNAT       tcp  --  anywhere             anywhere             tcp dpt:http to:10.0.0.2:8080
  DNAT       udp  --  anywhere             anywhere             udp dpt:domain to:10.0.0.3
  REDIRECT   tcp  --  anywhere             anywhere             tcp dpt:90 redir ports 9090
  NETMAP     all  --  anywhere             10.9.0.0/16          to:10.8.0.0/16
  $ $N iptables -t nat -D PREROUTING 2
  $ $N iptables -t nat -L PREROUTING -n --line-numbers
  Chain PREROUTING (policy ACCEPT)
  num  target     prot opt source               destination
  1    DNAT       6    --  0.0.0.0/0            0.0.0.0/0            tcp dpt:80 to:10.0.0.2:8080
  2    REDIRECT   6    --  0.0.0.0/0            0.0.0.0/0            tcp dpt:90 redir ports 9090
  3    NETMAP     0    --  0.0.0.0/0            10.9.0.0/16          to:10.8.0.0/16
  $ $N iptables -t nat -A POSTROUTING -j DNAT --to 1.2.3.4
  iptables v1.8.9 (nf_tables):  RULE_APPEND failed (Invalid argument): rule in chain POSTROUTING
  [4]
  $ $N iptables -t nat -A PREROUTING -j SNAT --to 1.2.3.4
  iptables v1.8.9 (nf_tables):  RULE_APPEND failed (Invalid argument): rule in chain PREROUTING
  [4]
  $ $N iptables -A FORWARD -j DNAT --to 1.2.3.4
  iptables v1.8.9 (nf_tables):  RULE_APPEND failed (Invalid argument): rule in chain FORWARD
  [4]
  $ $N iptables -t nat -A PREROUTING -j DNAT
  iptables v1.8.9 (nf_tables): DNAT: option "--to-destination" must be specified
  
  Try `iptables -h' or 'iptables --help' for more information.
  [2]
  $ $N iptables -t nat -A PREROUTING -j DNAT --to-destination 1.2.3.4:80
  iptables v1.8.9 (nf_tables): Need TCP, UDP, SCTP or DCCP with port specification
  Try `iptables -h' or 'iptables --help' for more information.
  [2]
  $ $N iptables -t nat -A PREROUTING -p tcp -j DNAT --to-destination foo
  iptables v1.8.9 (nf_tables): Bad IP address "foo"
  Try `iptables -h' or 'iptables --help' for more information.
  [2]
  $ $N iptables -t nat -A PREROUTING -p tcp -j DNAT --to-destination 1.2.3.4:99999
  iptables v1.8.9 (nf_tables): Port `99999' not valid
  Try `iptables -h' or 'iptables --help' for more information.
  [2]
  $ $N iptables -t nat -A PREROUTING -j REDIRECT --to-port 80
  iptables v1.8.9 (nf_tables): Need TCP, UDP, SCTP or DCCP with port specification
  Try `iptables -h' or 'iptables --help' for more information.
  [2]
  $ $N iptables -t nat -A POSTROUTING -j MASQUERADE --to-ports 80
  iptables v1.8.9 (nf_tables): Need TCP, UDP, SCTP or DCCP with port specification
  Try `iptables -h' or 'iptables --help' for more information.
  [2]
  $ $N iptables -t nat -A POSTROUTING -i eth0 -j MASQUERADE
  iptables v1.8.9 (nf_tables): Can't use -i with POSTROUTING
  
  Try `iptables -h' or 'iptables --help' for more information.
  [2]
  $ $N iptables -t nat -A POSTROUTING -j DROP
  iptables v1.8.9 (nf_tables):
  The "nat" table is not intended for filtering, the use of DROP is therefore inhibited.
  
  
  Try `iptables -h' or 'iptables --help' for more information.
  [2]
  $ $N iptables -t nat -P PREROUTING DROP
  iptables v1.8.9 (nf_tables):
  The "nat" table is not intended for filtering, the use of DROP is therefore inhibited.
  
  
  Try `iptables -h' or 'iptables --help' for more information.
  [2]
  $ $N iptables -t nat -S
  -P PREROUTING ACCEPT
  -P INPUT ACCEPT
  -P OUTPUT ACCEPT
  -P POSTROUTING ACCEPT
  -A PREROUTING -i eth0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080
  -A PREROUTING -p tcp -m tcp --dport 90 -j REDIRECT --to-ports 9090
  -A PREROUTING -d 10.9.0.0/16 -j NETMAP --to 10.8.0.0/16
  -A OUTPUT -d 1.2.3.4/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 127.0.0.1:8443
  -A POSTROUTING -s 10.0.0.0/24 -o eth0 -j SNAT --to-source 203.0.113.7
  -A POSTROUTING -p tcp -j SNAT --to-source 203.0.113.7-203.0.113.9:1000-2000
  -A POSTROUTING -s 10.0.2.0/24 ! -d 10.0.0.0/8 -j MASQUERADE
  -A POSTROUTING -o eth1 -p tcp -j MASQUERADE --to-ports 5000-6000 --random
  $ $N iptables -t nat -N MYNAT; $N iptables -t nat -A MYNAT -j RETURN; $N iptables -t nat -I PREROUTING -j MYNAT
  $ $N iptables -t nat -L PREROUTING -n --line-numbers
  Chain PREROUTING (policy ACCEPT)
  num  target     prot opt source               destination
  1    MYNAT      0    --  0.0.0.0/0            0.0.0.0/0
  2    DNAT       6    --  0.0.0.0/0            0.0.0.0/0            tcp dpt:80 to:10.0.0.2:8080
  3    REDIRECT   6    --  0.0.0.0/0            0.0.0.0/0            tcp dpt:90 redir ports 9090
  4    NETMAP     0    --  0.0.0.0/0            10.9.0.0/16          to:10.8.0.0/16
  $ $N iptables -t nat -F; $N iptables -t nat -X; $N iptables -t nat -S
  -P PREROUTING ACCEPT
  -P INPUT ACCEPT
  -P OUTPUT ACCEPT
  -P POSTROUTING ACCEPT
  $ $N iptables -t filter -S; $N iptables -t NAT -S
  -P INPUT ACCEPT
  -P FORWARD ACCEPT
  -P OUTPUT ACCEPT
  iptables v1.8.9 (nf_tables): table 'NAT' does not exist
  Perhaps iptables or your kernel needs to be upgraded.
  [3]
  $ $N iptables -t mangle -A PREROUTING -p tcp --dport 80 -j MARK --set-mark 0x1
  $ $N iptables -t mangle -A POSTROUTING -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu
  $ $N iptables -t mangle -A FORWARD -j TTL --ttl-set 64
  $ $N iptables -t raw -A PREROUTING -p udp -j NOTRACK
  $ $N iptables -t raw -A OUTPUT -p udp -j CT --notrack
  $ $N iptables -t mangle -S; $N iptables -t raw -S
  -P PREROUTING ACCEPT
  -P INPUT ACCEPT
  -P FORWARD ACCEPT
  -P OUTPUT ACCEPT
  -P POSTROUTING ACCEPT
  -A PREROUTING -p tcp -m tcp --dport 80 -j MARK --set-xmark 0x1/0xffffffff
  -A FORWARD -j TTL --ttl-set 64
  -A POSTROUTING -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j TCPMSS --clamp-mss-to-pmtu
  -P PREROUTING ACCEPT
  -P OUTPUT ACCEPT
  -A PREROUTING -p udp -j NOTRACK
  -A OUTPUT -p udp -j CT --notrack
  $ $N iptables -t mangle -L -n | grep -v ^$
  Chain PREROUTING (policy ACCEPT)
  target     prot opt source               destination
  MARK       6    --  0.0.0.0/0            0.0.0.0/0            tcp dpt:80 MARK set 0x1
  Chain INPUT (policy ACCEPT)
  target     prot opt source               destination
  Chain FORWARD (policy ACCEPT)
  target     prot opt source               destination
  TTL        0    --  0.0.0.0/0            0.0.0.0/0            TTL set to 64
  Chain OUTPUT (policy ACCEPT)
  target     prot opt source               destination
  Chain POSTROUTING (policy ACCEPT)
  target     prot opt source               destination
  TCPMSS     6    --  0.0.0.0/0            0.0.0.0/0            tcp flags:0x17/0x02 TCPMSS clamp to PMTU
