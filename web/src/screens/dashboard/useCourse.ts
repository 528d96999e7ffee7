// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from 'react';
import { useKept } from '../../app/hub';
import type { Scope } from '../../app/scope';
import type { Amounts } from './useTotals';

export interface Course {
  times: number[];
  cpu: number[];
  memory: number[];
  disk: number[];
}

const everyMs = 2000;
const kept = 900;

/** How the amounts went, sampled while the page is open. */
export function useCourse(scope: Scope, asked: Amounts, known: boolean): Course {
  const courses = useKept('courses by scope', noCourses);
  const key = `${scope.cluster}/${scope.namespace}`;
  const latest = useRef({ asked, known });
  latest.current = { asked, known };
  const [course, setCourse] = useState<Course>(() => courses.get(key) ?? emptyCourse());
  useEffect(() => {
    const sample = () => {
      if (!latest.current.known) return;
      const before = courses.get(key) ?? emptyCourse();
      const next: Course = {
        times: [...before.times, Date.now() / 1000].slice(-kept),
        cpu: [...before.cpu, latest.current.asked.cpu].slice(-kept),
        memory: [...before.memory, latest.current.asked.memory].slice(-kept),
        disk: [...before.disk, latest.current.asked.disk].slice(-kept),
      };
      courses.set(key, next);
      setCourse(next);
    };
    setCourse(courses.get(key) ?? emptyCourse());
    const timer = setInterval(sample, everyMs);
    const first = setTimeout(sample, 300);
    return () => {
      clearInterval(timer);
      clearTimeout(first);
    };
  }, [courses, key]);
  return course;
}

function noCourses(): Map<string, Course> {
  return new Map();
}

function emptyCourse(): Course {
  return { times: [], cpu: [], memory: [], disk: [] };
}
