// What `isolab lesson new` writes: a lesson that passes its check, to be rewritten piece by piece.

export function lessonTemplate(slug: string): Readonly<Record<'lesson.mdx' | 'tasks.yaml', string>> {
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
  }
}
