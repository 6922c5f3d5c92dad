// What `isolab lesson new` writes: a lesson that passes its check, to be rewritten piece by piece.

export function lessonTemplate(slug: string): Readonly<Record<'lesson.mdx' | 'tasks.yaml' | 'final.yaml', string>> {
  const title = `${slug.charAt(0).toUpperCase()}${slug.slice(1).replaceAll('-', ' ')}`
  return {
    'lesson.mdx': `---
title: ${title}
summary: What the learner can do afterwards, in one sentence.
minutes: 7
claims: []
---

Say what there is to see, then let them do it.

<Predict id="first-guess" />

<Run cmd="sudo unshare --uts bash" />

<Task id="own-name" />

<Goal />
`,
    'tasks.yaml': `tasks:
  - id: own-name
    title: A room is called web1.
    expect:
      - { hostname: web1, uts: own }
    hints:
      - id: renamed-host
        when: [{ hostname: web1, uts: host }]
        say: That renamed the whole machine. \`sudo hostname host\` puts it right.
      - say: Make a room first, then give it a name with \`hostname\`.
      - run: sudo unshare --uts bash
        say: Then \`hostname web1\`.
predictions:
  - id: first-guess
    question: You rename the room. What does the host say its name is?
    options: [web1, host]
    answer: 2
    run: hostname
    because: The name belongs to the UTS namespace, and the host has its own.
solution:
  - sudo unshare --uts bash
  - hostname web1
wrong:
  - name: renamed the host
    type: [sudo hostname web1]
    task: own-name
    hint: renamed-host
`,
    'final.yaml': `title: Two names at once
story: |
  Tell who wants what, and how they will know that it is done. No commands: the learner has seen them in the lesson.

  Here somebody wants two rooms, \`web1\` and \`web2\`, each with a program that stays in it, and a host that keeps its name.
minutes: 5
tasks:
  - id: two-rooms
    title: A sleep runs in a room called web1 and another in a room called web2.
    mode: hold
    expect:
      - { process: sleep, own: [uts], hostname: web1 }
      - { process: sleep, own: [uts], hostname: web2 }
    hints:
      - id: outside
        when: [{ process: sleep, shares: [uts] }]
        say: This sleep runs on the host. Where it is started decides where it lives.
      - say: A room stays as long as somebody lives in it, so leave a program running in the background.
      - run: for name in web1 web2; do sudo unshare --uts bash -c "hostname $name; sleep 1000 &"; done
solution:
  - for name in web1 web2; do sudo unshare --uts bash -c "hostname $name; sleep 1000 &"; done
wrong:
  - name: started it on the host
    type: [sleep 1000 &]
    task: two-rooms
    hint: outside
`,
  }
}
