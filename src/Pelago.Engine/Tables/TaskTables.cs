// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Tables;

/// <summary>Tasks, as <c>kubectl get tasks</c> shows them.</summary>
internal static class TaskTables
{
    public static IEnumerable<KeyValuePair<string, TablePrinter>> All() => new Dictionary<string, TablePrinter>
    {
        ["tasks.tasks.pelago.dev"] = TablePrinter.Of(
            Column.Name, Column.Text("State", "status.state", "Where the task is in its life."),
            Column.Number("Restarts", "status.restartCount", "How often it was started again."), Column.Age,
            Column.Text("Node", "spec.nodeName", "Where it runs.", Column.None),
            Column.Text("Exit", "status.exitCode", "What its last run ended with.", Column.None).Wide,
            Column.Text("Reason", "status.reason", "Why it is in its state.", Column.None).Wide,
            Column.Text("IP", "status.podIP", "Address of its pod.", Column.None).Wide,
            Column.Text("Owner", "spec.owner", "What manages its pod.", Column.None).Wide,
            Column.Text("Image", "spec.image", "What it is made of.", Column.None).Wide),
    };
}
