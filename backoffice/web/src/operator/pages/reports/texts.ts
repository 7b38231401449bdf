import { textsOf } from "../../../kit/i18n";

export const useTexts = textsOf({
  en: {
    report: "Report",
    schedules: "Sent by mail",
    loading: "Making the report",
    none: "Nothing happened in these days",
    export: "Export",
    refreshed: "as of",
    more: "There is more than is shown here; an export has all of it.",
    add: "Send a report regularly",
    remove: "Remove",
    removeWhy: "It is not sent any more.",
    noSchedules: "No report is sent regularly",
    chart: "Chart of",
  },
  de: {
    report: "Bericht",
    schedules: "Per E-Mail",
    loading: "Bericht wird gemacht",
    none: "In diesen Tagen ist nichts geschehen",
    export: "Ausgeben als",
    refreshed: "Stand",
    more: "Es gibt mehr, als hier steht; eine Ausgabe hat alles.",
    add: "Bericht regelmäßig senden",
    remove: "Entfernen",
    removeWhy: "Er wird nicht mehr gesendet.",
    noSchedules: "Kein Bericht wird regelmäßig gesendet",
    chart: "Diagramm:",
  },
});
