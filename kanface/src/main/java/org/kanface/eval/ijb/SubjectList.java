package org.kanface.eval.ijb;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.kanface.data.DataException;

/// Templates with the person each shows: a gallery, or the probes that are looked for in it.
///
/// A CSV file with a header; the first two columns are the template's and the subject's id, others
/// are ignored. A template may have a line for each of its images.
final class SubjectList {
  private static final String COLUMNS = "TEMPLATE_ID,SUBJECT_ID,…";

  private final String name;
  private final int[] templates;
  private final int[] subjects;

  private SubjectList(String name, int[] templates, int[] subjects) {
    this.name = name;
    this.templates = templates;
    this.subjects = subjects;
  }

  /// Throws [DataException] with file and line where a line is malformed or gives a template a
  /// second subject.
  static SubjectList read(Path file, String name) {
    Map<Integer, Integer> found = new LinkedHashMap<>();
    try (var lines = new MetaReader(file, ',', COLUMNS)) {
      while (lines.next()) {
        if (lines.number() == 1) {
          continue; // the header
        }
        lines.expectAtLeast(2);
        int template = lines.integer(0);
        int subject = lines.integer(1);
        Integer before = found.putIfAbsent(template, subject);
        if (before != null && before != subject) {
          throw lines.bad(
              "subject %d for template %d, which was of subject %d"
                  .formatted(subject, template, before));
        }
      }
    }
    if (found.isEmpty()) {
      throw DataException.of("%s lists no template: expected lines of \"%s\".", file, COLUMNS);
    }
    return of(
        name,
        found.keySet().stream().mapToInt(Integer::intValue).toArray(),
        found.values().stream().mapToInt(Integer::intValue).toArray());
  }

  static SubjectList of(String name, int[] templates, int[] subjects) {
    return new SubjectList(name, templates, subjects);
  }

  /// Several lists as one, `G1 + G2`.
  static SubjectList joined(List<SubjectList> lists) {
    List<Integer> templates = new ArrayList<>();
    List<Integer> subjects = new ArrayList<>();
    for (SubjectList list : lists) {
      for (int i = 0; i < list.size(); i++) {
        templates.add(list.template(i));
        subjects.add(list.subject(i));
      }
    }
    return of(
        String.join(" + ", lists.stream().map(SubjectList::name).toList()),
        templates.stream().mapToInt(Integer::intValue).toArray(),
        subjects.stream().mapToInt(Integer::intValue).toArray());
  }

  String name() {
    return name;
  }

  int size() {
    return templates.length;
  }

  int template(int entry) {
    return templates[entry];
  }

  int subject(int entry) {
    return subjects[entry];
  }

  /// Which entry is of which subject. Throws [DataException] where one has two.
  Map<Integer, Integer> bySubject() {
    Map<Integer, Integer> entries = new LinkedHashMap<>();
    for (int i = 0; i < subjects.length; i++) {
      Integer before = entries.putIfAbsent(subjects[i], i);
      if (before != null) {
        throw DataException.of(
            "Gallery %s: subject %d has templates %d and %d, expected one.",
            name, subjects[i], templates[before], templates[i]);
      }
    }
    return entries;
  }

  /// The rows of all entries. Throws [DataException] where a template has no face.
  ///
  /// @param rowOf the row of a template's id, negative where there is none
  int[] rows(IntUnaryOperator rowOf) {
    int[] rows = new int[templates.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = rowOf.applyAsInt(templates[i]);
      if (rows[i] < 0) {
        throw DataException.of("%s names template %d, which has no face.", name, templates[i]);
      }
    }
    return rows;
  }
}
