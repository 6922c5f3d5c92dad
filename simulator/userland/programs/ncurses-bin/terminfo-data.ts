// The terminals that tput and clear know here, as infocmp(1) of ncurses 6.4 prints their terminfo(5) entries, without most keys. Capabilities are separated by tabs.

export interface TerminalEntry {
  /** Names and, last, the description, as in the first line of an entry. */
  readonly names: string
  /** The entry whose capabilities this one has besides its own. */
  readonly use?: string
  readonly capabilities: string
}

export const TERMINALS: readonly TerminalEntry[] = [
  {
    names: 'dumb|80-column dumb tty',
    capabilities: String.raw`am	cols#80	bel=^G	cr=\r	cud1=\n	ind=\n`,
  },
  {
    names: 'vt100|vt100-am|DEC VT100 (w/advanced video)',
    capabilities: String.raw`OTbs	am	mc5i	msgr	xenl	xon	cols#80	it#8	lines#24	vt#3	acsc=\140\140aaffggjjkkllmmnnooppqqrrssttuuvvwwxxyyzz{{||}}~~	bel=^G	blink=\E[5m$<2>
      bold=\E[1m$<2>	clear=\E[H\E[J$<50>	cr=\r	csr=\E[%i%p1%d;%p2%dr	cub=\E[%p1%dD	cub1=^H	cud=\E[%p1%dB	cud1=\n	cuf=\E[%p1%dC	cuf1=\E[C$<2>
      cup=\E[%i%p1%d;%p2%dH$<5>	cuu=\E[%p1%dA	cuu1=\E[A$<2>	ed=\E[J$<50>	el=\E[K$<3>	el1=\E[1K$<3>	enacs=\E(B\E)0	home=\E[H	ht=^I	hts=\EH	ind=\n	kbs=^H
      kcub1=\EOD	kcud1=\EOB	kcuf1=\EOC	kcuu1=\EOA	lf1=pf1	lf2=pf2	lf3=pf3	lf4=pf4	mc0=\E[0i	mc4=\E[4i	mc5=\E[5i	rc=\E8	rev=\E[7m$<2>	ri=\EM$<5>	rmacs=^O
      rmam=\E[?7l	rmkx=\E[?1l\E>	rmso=\E[m$<2>	rmul=\E[m$<2>	rs2=\E<\E>\E[?3;4;5l\E[?7;8h\E[r	sc=\E7
      sgr=\E[0%?%p1%p6%|%t;1%;%?%p2%t;4%;%?%p1%p3%|%t;7%;%?%p4%t;5%;m%?%p9%t\016%e\017%;$<2>	sgr0=\E[m\017$<2>	smacs=^N	smam=\E[?7h	smkx=\E[?1h\E=
      smso=\E[7m$<2>	smul=\E[4m$<2>	tbc=\E[3g`,
  },
  {
    names: 'linux|Linux console',
    capabilities: String.raw`am	bce	ccc	eo	mir	msgr	xenl	xon	AX	colors#8	it#8	ncv#18	pairs#64	U8#1	acsc=++\,\,--..00\140\140aaffgghhiijjkkllmmnnooppqqrrssttuuvvwwxxyyzz{{||}}~~
      bel=^G	blink=\E[5m	bold=\E[1m	civis=\E[?25l\E[?1c	clear=\E[H\E[J	cnorm=\E[?25h\E[?0c	cr=\r	csr=\E[%i%p1%d;%p2%dr	cub=\E[%p1%dD	cub1=^H	cud=\E[%p1%dB
      cud1=\n	cuf=\E[%p1%dC	cuf1=\E[C	cup=\E[%i%p1%d;%p2%dH	cuu=\E[%p1%dA	cuu1=\E[A	cvvis=\E[?25h\E[?8c	dch=\E[%p1%dP	dch1=\E[P	dim=\E[2m	dl=\E[%p1%dM
      dl1=\E[M	ech=\E[%p1%dX	ed=\E[J	el=\E[K	el1=\E[1K	enacs=\E)0	flash=\E[?5h$<200/>\E[?5l	home=\E[H	hpa=\E[%i%p1%dG	ht=^I	hts=\EH	ich=\E[%p1%d@	ich1=\E[@
      il=\E[%p1%dL	il1=\E[L	ind=\n	initc=\E]P%p1%x%p2%{255}%*%{1000}%/%02x%p3%{255}%*%{1000}%/%02x%p4%{255}%*%{1000}%/%02x	kbs=^?	kcub1=\E[D	kcud1=\E[B
      kcuf1=\E[C	kcuu1=\E[A	kend=\E[4~	khome=\E[1~	kmous=\E[M	nel=\r\n	oc=\E]R	op=\E[39;49m	rc=\E8	rev=\E[7m	ri=\EM	rmacs=^O	rmam=\E[?7l	rmir=\E[4l
      rmpch=\E[10m	rmso=\E[27m	rmul=\E[24m	rs1=\Ec\E]R	sc=\E7	setab=\E[4%p1%dm	setaf=\E[3%p1%dm
      sgr=\E[0;10%?%p1%t;7%;%?%p2%t;4%;%?%p3%t;7%;%?%p4%t;5%;%?%p5%t;2%;%?%p6%t;1%;m%?%p9%t\016%e\017%;	sgr0=\E[m\017	smacs=^N	smam=\E[?7h	smir=\E[4h
      smpch=\E[11m	smso=\E[7m	smul=\E[4m	tbc=\E[3g	vpa=\E[%i%p1%dd	E3=\E[3J`,
  },
  {
    names: 'xterm|xterm-debian|xterm terminal emulator (X Window System)',
    capabilities: String.raw`OTbs	am	bce	km	mc5i	mir	msgr	npc	xenl	AX	XT	colors#8	cols#80	it#8	lines#24	pairs#64	acsc=\140\140aaffggiijjkkllmmnnooppqqrrssttuuvvwwxxyyzz{{||}}~~
      bel=^G	blink=\E[5m	bold=\E[1m	cbt=\E[Z	civis=\E[?25l	clear=\E[H\E[2J	cnorm=\E[?12l\E[?25h	cr=\r	csr=\E[%i%p1%d;%p2%dr	cub=\E[%p1%dD	cub1=^H
      cud=\E[%p1%dB	cud1=\n	cuf=\E[%p1%dC	cuf1=\E[C	cup=\E[%i%p1%d;%p2%dH	cuu=\E[%p1%dA	cuu1=\E[A	cvvis=\E[?12;25h	dch=\E[%p1%dP	dch1=\E[P	dim=\E[2m
      dl=\E[%p1%dM	dl1=\E[M	ech=\E[%p1%dX	ed=\E[J	el=\E[K	el1=\E[1K	flash=\E[?5h$<100/>\E[?5l	home=\E[H	hpa=\E[%i%p1%dG	ht=^I	hts=\EH	ich=\E[%p1%d@
      il=\E[%p1%dL	il1=\E[L	ind=\n	indn=\E[%p1%dS	invis=\E[8m	is2=\E[!p\E[?3;4l\E[4l\E>	kbs=^?	kcub1=\EOD	kcud1=\EOB	kcuf1=\EOC	kcuu1=\EOA	kend=\EOF
      khome=\EOH	kmous=\E[<	mc0=\E[i	mc4=\E[4i	mc5=\E[5i	mgc=\E[?69l	nel=\EE	op=\E[39;49m	rc=\E8	rep=%p1%c\E[%p2%{1}%-%db	rev=\E[7m	ri=\EM	rin=\E[%p1%dT
      ritm=\E[23m	rmacs=\E(B	rmam=\E[?7l	rmcup=\E[?1049l\E[23;0;0t	rmir=\E[4l	rmkx=\E[?1l\E>	rmm=\E[?1034l	rmso=\E[27m	rmul=\E[24m	rs1=\Ec
      rs2=\E[!p\E[?3;4l\E[4l\E>	sc=\E7	setab=\E[4%p1%dm	setaf=\E[3%p1%dm	setb=\E[4%?%p1%{1}%=%t4%e%p1%{3}%=%t6%e%p1%{4}%=%t1%e%p1%{6}%=%t3%e%p1%d%;m
      setf=\E[3%?%p1%{1}%=%t4%e%p1%{3}%=%t6%e%p1%{4}%=%t1%e%p1%{6}%=%t3%e%p1%d%;m
      sgr=%?%p9%t\E(0%e\E(B%;\E[0%?%p6%t;1%;%?%p5%t;2%;%?%p2%t;4%;%?%p1%p3%|%t;7%;%?%p4%t;5%;%?%p7%t;8%;m	sgr0=\E(B\E[m	sitm=\E[3m	smacs=\E(0	smam=\E[?7h
      smcup=\E[?1049h\E[22;0;0t	smglp=\E[?69h\E[%i%p1%ds	smglr=\E[?69h\E[%i%p1%d;%p2%ds	smgrp=\E[?69h\E[%i;%p1%ds	smir=\E[4h	smkx=\E[?1h\E=	smm=\E[?1034h
      smso=\E[7m	smul=\E[4m	tbc=\E[3g	vpa=\E[%i%p1%dd	BD=\E[?2004l	BE=\E[?2004h	E3=\E[3J	PE=\E[201~	PS=\E[200~	XM=\E[?1006;1000%?%p1%{1}%=%th%el%;
      rmxx=\E[29m	smxx=\E[9m`,
  },
  {
    names: 'xterm-256color|xterm with 256 colors', use: 'xterm',
    capabilities: String.raw`ccc	colors#0x100	pairs#0x10000	initc=\E]4;%p1%d;rgb:%p2%{255}%*%{1000}%/%2.2X/%p3%{255}%*%{1000}%/%2.2X/%p4%{255}%*%{1000}%/%2.2X\E\\	oc=\E]104\007
      rs1=\Ec\E]104\007	setab=\E[%?%p1%{8}%<%t4%p1%d%e%p1%{16}%<%t10%p1%{8}%-%d%e48;5;%p1%d%;m
      setaf=\E[%?%p1%{8}%<%t3%p1%d%e%p1%{16}%<%t9%p1%{8}%-%d%e38;5;%p1%d%;m`,
  },
  {
    names: 'screen|VT 100/ANSI X3.64 virtual terminal',
    capabilities: String.raw`OTbs	OTpt	am	km	mir	msgr	xenl	AX	G0	colors#8	cols#80	it#8	lines#24	pairs#64	U8#1
      acsc=++\,\,--..00\140\140aaffgghhiijjkkllmmnnooppqqrrssttuuvvwwxxyyzz{{||}}~~	bel=^G	blink=\E[5m	bold=\E[1m	cbt=\E[Z	civis=\E[?25l	clear=\E[H\E[J
      cnorm=\E[34h\E[?25h	cr=\r	csr=\E[%i%p1%d;%p2%dr	cub=\E[%p1%dD	cub1=^H	cud=\E[%p1%dB	cud1=\n	cuf=\E[%p1%dC	cuf1=\E[C	cup=\E[%i%p1%d;%p2%dH	cuu=\E[%p1%dA
      cuu1=\EM	cvvis=\E[34l	dch=\E[%p1%dP	dch1=\E[P	dim=\E[2m	dl=\E[%p1%dM	dl1=\E[M	ed=\E[J	el=\E[K	el1=\E[1K	enacs=\E(B\E)0	flash=\Eg	home=\E[H
      hpa=\E[%i%p1%dG	ht=^I	hts=\EH	ich=\E[%p1%d@	il=\E[%p1%dL	il1=\E[L	ind=\n	indn=\E[%p1%dS	is2=\E)0	kbs=^?	kcub1=\EOD	kcud1=\EOB	kcuf1=\EOC	kcuu1=\EOA
      kend=\E[4~	khome=\E[1~	kmous=\E[M	nel=\EE	op=\E[39;49m	rc=\E8	rev=\E[7m	ri=\EM	rin=\E[%p1%dT	rmacs=^O	rmcup=\E[?1049l	rmir=\E[4l	rmkx=\E[?1l\E>
      rmso=\E[23m	rmul=\E[24m	rs2=\Ec\E[?1000l\E[?25h	sc=\E7	setab=\E[4%p1%dm	setaf=\E[3%p1%dm
      sgr=\E[0%?%p6%t;1%;%?%p1%t;3%;%?%p2%t;4%;%?%p3%t;7%;%?%p4%t;5%;%?%p5%t;2%;m%?%p9%t\016%e\017%;	sgr0=\E[m\017	smacs=^N	smcup=\E[?1049h	smir=\E[4h
      smkx=\E[?1h\E=	smso=\E[3m	smul=\E[4m	tbc=\E[3g	vpa=\E[%i%p1%dd	E0=\E(B	S0=\E(%p1%c`,
  },
]
