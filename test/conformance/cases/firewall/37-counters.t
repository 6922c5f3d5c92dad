# title: Counters of rules
# timeout: 60

  $ ip netns add a; ip netns add b; ip link add e0 netns a type veth peer name e0 netns b
  $ for n in a b; do ip -n $n link set lo up; ip netns exec $n sysctl -qw net.ipv6.conf.e0.disable_ipv6=1; ip -n $n link set e0 up; done; ip -n a addr add 10.0.0.1/24 dev e0; ip -n b addr add 10.0.0.2/24 dev e0
  $ ip netns exec b iptables -A INPUT -p icmp -j ACCEPT
  $ ip netns exec b iptables -A INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset
  $ ip netns exec b iptables -A INPUT -p udp -j DROP
  $ ip netns exec b iptables -A OUTPUT -p icmp --icmp-type echo-reply
  $ ip netns exec a ping -q -c 4 -i 0.2 10.0.0.2
  PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.
  
  --- 10.0.0.2 ping statistics ---
  4 packets transmitted, 4 received, 0% packet loss, time <ms>ms
  rtt <rtt>
  $ ip netns exec a nc -z -w 1 10.0.0.2 80; echo $?
  1
  $ ip netns exec a sh -c 'echo hello | nc -u -w 1 10.0.0.2 99'
  $ ip netns exec b iptables -nvL
  Chain INPUT (policy ACCEPT 0 packets, 0 bytes)
   pkts bytes target     prot opt in     out     source               destination
      4   336 ACCEPT     1    --  *      *       0.0.0.0/0            0.0.0.0/0
      1    60 REJECT     6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80 reject-with tcp-reset
      1    34 DROP       17   --  *      *       0.0.0.0/0            0.0.0.0/0
  
  Chain FORWARD (policy ACCEPT 0 packets, 0 bytes)
   pkts bytes target     prot opt in     out     source               destination
  
  Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)
   pkts bytes target     prot opt in     out     source               destination
      4   336            1    --  *      *       0.0.0.0/0            0.0.0.0/0            icmptype 0
  $ ip netns exec b iptables -nvL INPUT 1
      4   336 ACCEPT     1    --  *      *       0.0.0.0/0            0.0.0.0/0
  $ ip netns exec b iptables -Z INPUT 1; ip netns exec b iptables -nvL INPUT
  Chain INPUT (policy ACCEPT 0 packets, 0 bytes)
   pkts bytes target     prot opt in     out     source               destination
      0     0 ACCEPT     1    --  *      *       0.0.0.0/0            0.0.0.0/0
      1    60 REJECT     6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80 reject-with tcp-reset
      1    34 DROP       17   --  *      *       0.0.0.0/0            0.0.0.0/0
  $ ip netns exec b iptables -L INPUT -v -n -Z
  Chain INPUT (policy ACCEPT 0 packets, 0 bytes)
   pkts bytes target     prot opt in     out     source               destination
      0     0 ACCEPT     1    --  *      *       0.0.0.0/0            0.0.0.0/0
      1    60 REJECT     6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80 reject-with tcp-reset
      1    34 DROP       17   --  *      *       0.0.0.0/0            0.0.0.0/0
  Zeroing chain `INPUT'
  $ ip netns exec b iptables -vS INPUT
  -P INPUT ACCEPT -c 0 0
  -A INPUT -p icmp -c 0 0 -j ACCEPT
  -A INPUT -p tcp -m tcp --dport 80 -c 0 0 -j REJECT --reject-with tcp-reset
  -A INPUT -p udp -c 0 0 -j DROP
  $ ip netns exec b iptables-save -c | grep -v '^#'
  *filter
  :INPUT ACCEPT [0:0]
  :FORWARD ACCEPT [0:0]
  :OUTPUT ACCEPT [0:0]
  [0:0] -A INPUT -p icmp -j ACCEPT
  [0:0] -A INPUT -p tcp -m tcp --dport 80 -j REJECT --reject-with tcp-reset
  [0:0] -A INPUT -p udp -j DROP
  [4:336] -A OUTPUT -p icmp -m icmp --icmp-type 0
  COMMIT
  $ ip netns exec b iptables -I INPUT 1 -c 10 2000 -p icmp -j ACCEPT; ip netns exec b iptables -nvL INPUT
  Chain INPUT (policy ACCEPT 0 packets, 0 bytes)
   pkts bytes target     prot opt in     out     source               destination
     10  2000 ACCEPT     1    --  *      *       0.0.0.0/0            0.0.0.0/0
      0     0 ACCEPT     1    --  *      *       0.0.0.0/0            0.0.0.0/0
      0     0 REJECT     6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80 reject-with tcp-reset
      0     0 DROP       17   --  *      *       0.0.0.0/0            0.0.0.0/0
  $ ip netns exec a ping -q -c 2 -i 0.2 -s 1000 10.0.0.2
  PING 10.0.0.2 (10.0.0.2) 1000(1028) bytes of data.
  
  --- 10.0.0.2 ping statistics ---
  2 packets transmitted, 2 received, 0% packet loss, time <ms>ms
  rtt <rtt>
  $ ip netns exec b iptables -nvL INPUT
  Chain INPUT (policy ACCEPT 0 packets, 0 bytes)
   pkts bytes target     prot opt in     out     source               destination
     12  4056 ACCEPT     1    --  *      *       0.0.0.0/0            0.0.0.0/0
      0     0 ACCEPT     1    --  *      *       0.0.0.0/0            0.0.0.0/0
      0     0 REJECT     6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80 reject-with tcp-reset
      0     0 DROP       17   --  *      *       0.0.0.0/0            0.0.0.0/0
  $ ip netns exec b iptables -R INPUT 1 -p icmp -j DROP; ip netns exec a ping -q -c 1 -W 1 10.0.0.2; ip netns exec b iptables -nvL INPUT 1
  PING 10.0.0.2 (10.0.0.2) 56(84) bytes of data.
  
  --- 10.0.0.2 ping statistics ---
  1 packets transmitted, 0 received, 100% packet loss, time <ms>ms
  
      1    84 DROP       1    --  *      *       0.0.0.0/0            0.0.0.0/0
  $ ip netns exec b iptables -Z; ip netns exec b iptables -nvxL OUTPUT
  Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)
      pkts      bytes target     prot opt in     out     source               destination
         0        0            1    --  *      *       0.0.0.0/0            0.0.0.0/0            icmptype 0
  $ for i in $(seq 12); do ip netns exec a ping -q -c 1 -s 1400 -W 0.01 10.0.0.2 >/dev/null; done; ip netns exec b iptables -vL INPUT
  Chain INPUT (policy ACCEPT 0 packets, 0 bytes)
   pkts bytes target     prot opt in     out     source               destination
     12 17136 DROP       icmp --  any    any     anywhere             anywhere
      0     0 ACCEPT     icmp --  any    any     anywhere             anywhere
      0     0 REJECT     tcp  --  any    any     anywhere             anywhere             tcp dpt:http reject-with tcp-reset
      0     0 DROP       udp  --  any    any     anywhere             anywhere
  $ ip netns exec b iptables -t filter -v -A INPUT -p tcp --dport 8080 -j ACCEPT
  ACCEPT  tcp opt -- in * out *  0.0.0.0/0  -> 0.0.0.0/0   tcp dpt:8080
  $ ip netns exec b iptables -v -D INPUT -p tcp --dport 8080 -j ACCEPT
  ACCEPT  tcp opt -- in * out *  0.0.0.0/0  -> 0.0.0.0/0   tcp dpt:8080
  $ ip netns exec b iptables -v -P FORWARD DROP; ip netns exec b iptables -v -N X; ip netns exec b iptables -v -F; ip netns exec b iptables -v -X
  Flushing chain `INPUT'
  Flushing chain `FORWARD'
  Flushing chain `OUTPUT'
  Flushing chain `X'
  Deleting chain `X'
  $ ip netns exec b iptables -A INPUT -i lo -v -j ACCEPT
  ACCEPT  all opt -- in lo out *  0.0.0.0/0  -> 0.0.0.0/0
