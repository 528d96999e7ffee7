// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Schema;
using Xunit;

namespace Pelago.Packages.Tests.Schema;

/// <summary>The required part of the public suite for draft-04; its cases are the data in <c>suite</c> (github.com/json-schema-org/JSON-Schema-Test-Suite, MIT).</summary>
public sealed class Draft4SuiteTests
{
    private static readonly string Suite = Path.Combine(AppContext.BaseDirectory, "Schema/suite");

    [Fact]
    public void All_618_required_cases_of_draft_04_are_decided_as_the_suite_says()
    {
        int cases = 0;
        var failed = new List<string>();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Suite, "draft4"), "*.json").Order(StringComparer.Ordinal))
        {
            foreach (JsonObject group in ((JsonArray)KubeJson.Parse(File.ReadAllBytes(file))!).OfType<JsonObject>())
            {
                var validator = new SchemaValidator(Documents(), group["schema"]);
                foreach (JsonObject test in group.Array("tests")!.OfType<JsonObject>())
                {
                    cases++;
                    IReadOnlyList<SchemaFault> faults = validator.Validate(test["data"]);
                    if (faults.Count == 0 != test.Boolean("valid"))
                        failed.Add($"{Path.GetFileName(file)}: {group.String("description")}: {test.String("description")}: {string.Join("; ", faults)}");
                }
            }
        }

        Assert.Empty(failed);
        Assert.Equal(618, cases);
    }

    /// <summary>The suite's own server has its files under this address; here they are simply known.</summary>
    private static SchemaDocuments Documents()
    {
        var documents = new SchemaDocuments();
        string remotes = Path.Combine(Suite, "remotes");
        foreach (string file in Directory.EnumerateFiles(remotes, "*.json", SearchOption.AllDirectories))
            documents.Add("http://localhost:1234/" + Path.GetRelativePath(remotes, file), KubeJson.Parse(File.ReadAllBytes(file)));
        return documents;
    }
}
