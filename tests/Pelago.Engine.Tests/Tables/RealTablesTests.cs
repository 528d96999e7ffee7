// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Engine.Tables;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Tables;

/// <summary>
/// golden/tables.json: what a kube-apiserver 1.20 shows of the objects in golden/objects.yaml, made by golden/capture. Columns that both
/// have must have the same cells; what was added or reworded since 1.20 is listed here.
/// </summary>
public class RealTablesTests
{
    /// <summary>Columns that 1.20 does not have, or names otherwise.</summary>
    private static readonly HashSet<string> AddedSince =
    [
        "cronjobs.batch/Timezone", "jobs.batch/Status", "persistentvolumes/VolumeAttributesClass", "persistentvolumeclaims/VolumeAttributesClass",
        "certificatesigningrequests.certificates.k8s.io/RequestedDuration", "priorityclasses.scheduling.k8s.io/PreemptionPolicy",
        "csidrivers.storage.k8s.io/StorageCapacity", "csidrivers.storage.k8s.io/TokenRequests", "csidrivers.storage.k8s.io/RequiresRepublish",
        "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io/NominalConcurrencyShares",
    ];

    /// <summary>Columns of 1.20 that have gone since.</summary>
    private static readonly HashSet<string> GoneSince =
    [
        "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io/AssuredConcurrencyShares",
    ];

    /// <summary>Columns that stand elsewhere in the row, or have another type, since.</summary>
    private static readonly HashSet<string> ChangedSince = ["resourcequotas/Age", "pods/Restarts"];

    public static TheoryData<string> Paths => [.. Golden().Select(table => table.String("path")!)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Cells_are_those_of_a_real_server(string path)
    {
        JsonObject real = Golden().First(table => table.String("path") == path);
        TablePrinter printer = PrinterOf(path);
        string[] names = [.. real.Array("columns")!.Select(column => column!["name"]!.GetValue<string>())];
        Assert.True(MetaTime.TryParse(real.String("now"), out DateTimeOffset now));

        foreach (JsonObject row in PrintedObject.Items(real["rows"]))
        {
            Cell[] cells = printer.Cells(new PrintedObject(row.Object("object")!, now));
            string name = row.Object("object")!.Object("metadata")!.String("name")!;
            for (int i = 0; i < names.Length; i++)
            {
                if (!GoneSince.Contains($"{Key(path)}/{names[i]}"))
                    Assert.Equal($"{name} {names[i]}: {Reworded(path, names[i], row["cells"]![i])}", $"{name} {names[i]}: {Written(cells[IndexOf(printer, names[i])])}");
            }
            Assert.Equal(row.Array("conditions")?[0]?["reason"]?.GetValue<string>(), printer.Condition(new PrintedObject(row.Object("object")!, now))?.Reason);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Columns_are_those_of_a_real_server(string path)
    {
        string key = Key(path);
        JsonObject real = Golden().First(table => table.String("path") == path);
        IEnumerable<string> theirs = PrintedObject.Items(real["columns"])
            .Where(column => !GoneSince.Contains($"{key}/{column.String("name")}") && !ChangedSince.Contains($"{key}/{column.String("name")}"))
            .Select(column => $"{column.String("name")} {column.String("type")} '{column.String("format")}' {column.Integer("priority")}");
        IEnumerable<string> ours = PrinterOf(path).Columns
            .Where(column => !AddedSince.Contains($"{key}/{column.Name}") && !ChangedSince.Contains($"{key}/{column.Name}"))
            .Select(column => $"{column.Name} {column.Type} '{column.Format}' {column.Priority}");

        Assert.Equal(theirs, ours);
    }

    [Fact]
    public void Most_kinds_with_columns_of_their_own_were_compared()
    {
        HashSet<string> compared = [.. Paths.Select(path => Key(path.Data))];

        IEnumerable<string> missing = BuiltInTables.Keys.Where(key => !compared.Contains(key)).Order(StringComparer.Ordinal);

        Assert.Equal(
            [
                "componentstatuses", "csistoragecapacities.storage.k8s.io", "nodes.metrics.k8s.io", "pods.metrics.k8s.io", "scales.autoscaling", "tasks.tasks.pelago.dev",
                "validatingadmissionpolicies.admissionregistration.k8s.io", "validatingadmissionpolicybindings.admissionregistration.k8s.io",
            ],
            missing);
    }

    /// <summary>What 1.20 shows, in the words of today.</summary>
    private static string Reworded(string path, string column, JsonNode? cell)
    {
        string text = Readable(cell);
        return (Key(path), column) switch
        {
            // A text since 1.22, which adds when the last restart was.
            ("pods", "Restarts") => $"\"{text}\"",
            // One too many until 1.29.
            ("events", "Count") when text == "4" => "3",
            // The name of the resource stands before it since 1.30.
            ("horizontalpodautoscalers.autoscaling", "Targets") => text.Replace("<unknown>/512Mi", "memory: <unknown>/512Mi", StringComparison.Ordinal),
            _ => text,
        };
    }

    private static string Written(Cell cell)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
            cell.WriteTo(writer);
        return Readable(JsonNode.Parse(bytes.ToArray()));
    }

    /// <summary>JSON, with numbers in one spelling.</summary>
    private static string Readable(JsonNode? cell) => cell?.GetValueKind() switch
    {
        null => "null",
        JsonValueKind.String => $"\"{cell.GetValue<string>()}\"",
        JsonValueKind.Number => $"{double.Parse(cell.ToJsonString(), CultureInfo.InvariantCulture)}",
        _ => cell.ToJsonString(),
    };

    private static int IndexOf(TablePrinter printer, string name)
    {
        int index = printer.Columns.ToList().FindIndex(column => column.Name == name);
        Assert.True(index >= 0, $"there is no column {name}");
        return index;
    }

    /// <summary><c>apis/apps/v1/deployments</c> is <c>deployments.apps</c>.</summary>
    private static string Key(string path)
    {
        string[] parts = path.Split('/');
        return parts[0] == "api" ? parts[^1] : $"{parts[^1]}.{parts[1]}";
    }

    private static TablePrinter PrinterOf(string path)
    {
        if (!path.Contains("golden.example.com", StringComparison.Ordinal))
            return BuiltInTables.For(Key(path));
        JsonObject definitions = Golden().First(table => table.String("path")!.EndsWith("customresourcedefinitions", StringComparison.Ordinal));
        JsonObject definition = PrintedObject.Items(definitions["rows"]).Select(row => row.Object("object")!)
            .First(item => item.At("metadata", "name")!.GetValue<string>() == Key(path));
        var columns = PrintedObject.Items(definition.At("spec", "versions"))[0].Array("additionalPrinterColumns");
        Assert.True(CustomTables.TryRead(columns, out TablePrinter? printer, out string? error), error);
        return printer;
    }

    private static IReadOnlyList<JsonObject> Golden()
    {
        using Stream stream = typeof(RealTablesTests).Assembly.GetManifestResourceStream("Tables/golden/tables.json")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return PrintedObject.Items(KubeJson.Parse(bytes.ToArray()));
    }
}
