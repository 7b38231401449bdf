"""A report as JUnit XML: a test case for each assertion, as CI systems show them."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from simulator.reports.report import Report


def write_junit(report: Report) -> str:
    """One suite, named after the scenario; its properties are the figures that an assertion may be about."""
    figures = report.figures
    failures = sum(not verdict.has_held for verdict in report.verdicts)
    suite = Element(
        "testsuite",
        name=f"fleet {figures.scenario}".strip(),
        tests=str(len(report.verdicts)),
        failures=str(failures),
        errors="0",
        skipped="0",
        time=f"{figures.elapsed_s:.3f}",
        timestamp=figures.began_at.isoformat(timespec="seconds"),
    )
    properties = SubElement(suite, "properties")
    for name in ("seed", "url", "stations", "sessions_ended", "sessions_acknowledged", "energy_wh", "sockets_lost"):
        SubElement(properties, "property", name=name, value=str(getattr(figures, name)))
    for verdict in report.verdicts:
        case = SubElement(suite, "testcase", classname=f"fleet.{figures.scenario}", name=verdict.name, time="0")
        if verdict.has_held:
            SubElement(case, "system-out").text = verdict.figures
        else:
            SubElement(case, "failure", type="assertion", message=verdict.figures).text = verdict.figures
    root = Element("testsuites", tests=str(len(report.verdicts)), failures=str(failures))
    root.append(suite)
    return write_xml(root)


def write_xml(root: Element) -> str:
    """A file of this element, for people too."""
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"
