// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Controllers;
using Pelago.Packages.Format;
using Pelago.Packages.Releases;
using Xunit;

namespace Pelago.Packages.Tests;

/// <summary>The packages of this repository, by their files alone.</summary>
public sealed class OurPackagesTests
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "our-packages");

    public static TheoryData<string> Names => [.. RevisionFolder.In(Root).Select(folder => folder.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_version_is_valid_and_installs_with_its_default_options(string name)
    {
        foreach (PackageRevision package in Revisions(name))
        {
            (Release? release, IReadOnlyList<string> faults) = ReleaseBuilder.Build(package, [], "default", "mine");

            Assert.Empty(faults);
            Assert.NotEmpty(release!.Objects);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_newest_version_takes_the_place_of_the_one_before_and_makes_room_for_it_again(string name)
    {
        IReadOnlyList<PackageRevision> revisions = Revisions(name);

        Assert.True(revisions.Count >= 2, $"{name} has one version only");
        Assert.Null(VersionRules.Refusal(revisions[^2].Package, revisions[^1].Package));
        Assert.Null(VersionRules.Refusal(revisions[^1].Package, revisions[^2].Package));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_option_says_what_it_is_and_workloads_say_whether_they_are_ready(string name)
    {
        foreach (PackageRevision package in Revisions(name))
        {
            Assert.All(package.Config!.Object("properties")!, property => Assert.NotNull((property.Value as JsonObject)?.String("description")));
            (Release? release, _) = ReleaseBuilder.Build(package, [], "default", "mine");
            IEnumerable<JsonObject> workloads = release!.Objects.Where(json => json.String("kind") is "Deployment" or "StatefulSet" or "DaemonSet");
            Assert.All(workloads, json => Assert.NotNull(json.At("spec", "template", "spec", "containers")![0]!["readinessProbe"]));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_icon_is_the_drawing_beside_the_versions(string name)
    {
        string drawn = File.ReadAllText(Path.Combine(Root, char.ToUpperInvariant(name[0]).ToString(), name, "icon.svg")).Trim();

        foreach (PackageRevision package in Revisions(name))
            Assert.Equal($"data:image/svg+xml;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(drawn))}", package.Resource!.Object("images")!.String("icon-medium"));
    }

    private static IReadOnlyList<PackageRevision> Revisions(string name)
    {
        var reader = new PackageReader();
        var faults = new List<PackageFault>();
        PackageRevision?[] found = [.. RevisionFolder.In(Root).Where(folder => folder.Name == name).Select(folder => reader.Read(folder, faults))];
        Assert.Empty(faults);
        return [.. found.OfType<PackageRevision>()];
    }
}
