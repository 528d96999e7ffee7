// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Tests.Clusters;
using Xunit;

namespace Pelago.Cli.Tests.Packages.Ours;

/// <summary>Every package of this repository, used by real clients through all that happens to an installation; on whichever cluster is under test.</summary>
[Trait("Cluster", "Given")]
public sealed class PackageLifeTests(PackageBed bed) : IClassFixture<PackageBed>
{
    /// <summary>With containers, or on a real Kubernetes, this is what those lanes are for; elsewhere it belongs to the slow one.</summary>
    public static IEnumerable<TheoryDataRow<string>> Names =>
        PackageBed.Names.Select(name => GivenCluster.HasImages ? new TheoryDataRow<string>(name) : new TheoryDataRow<string>(name).WithTrait("Lane", "Slow"));

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_package_is_installed_used_upgraded_taken_back_and_removed_with_its_data_kept(string name) => bed.LifeAsync(name);
}
