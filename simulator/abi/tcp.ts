// States of a TCP connection by their numbers (include/net/tcp_states.h), as /proc/net/tcp and sock_diag(7) tell them. Other protocols use 7 and 1, too.
export const TCP_STATES = ['', 'ESTABLISHED', 'SYN-SENT', 'SYN-RECV', 'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT', 'CLOSED', 'CLOSE-WAIT', 'LAST-ACK', 'LISTEN', 'CLOSING'] as const
export type TcpState = Exclude<(typeof TCP_STATES)[number], ''>
export const tcpStateNumber = (state: TcpState): number => TCP_STATES.indexOf(state)
