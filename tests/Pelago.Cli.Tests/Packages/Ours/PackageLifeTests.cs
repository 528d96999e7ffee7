// SPDX-License-Identifier: Apache-2.0

using Pelago.Cli.Tests.Clusters;
using Xunit;

namespace Pelago.Cli.Tests.Packages.Ours;

/// <summary>Every package of this repository, used by real clients through all that happens to an installation; on whichever cluster is under test.</summary>
[Trait("Cluster", "Given")]
public sealed class PackageLifeTests(PackageBed bed) : IClassFixture<PackageBed>
{
    /// <summary>With containers, or on a real Kubernetes, this is what those lanes are for; elsewhere it belongs to the slow one.</summary>
    public static IEnumerable<TheoryDataRow<string>> Names => PackageBed.Names.Select(name => InLane(new TheoryDataRow<string>(name)));

    public static IEnumerable<TheoryDataRow<int>> Count => [InLane(new TheoryDataRow<int>(PackageBed.Count))];

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_package_is_installed_used_upgraded_taken_back_and_removed_with_its_data_kept(string name) => bed.LifeAsync(name);

    /// <summary>A package whose tools this machine has not is skipped by its own test; where all are there none may be, for whatever reason.</summary>
    [Theory]
    [MemberData(nameof(Count))]
    public async Task As_many_packages_lived_as_the_folder_has_where_all_tools_are_there(int count)
    {
        IReadOnlyCollection<string> lived = await bed.LivedAsync();
        string[] missing = [.. PackageClient.All.Values.Where(client => client.Missing.Length > 0).Select(client => $"{client.Package}: {client.Missing}")];
        Assert.SkipWhen(missing.Length > 0 && lived.Count >= count - missing.Length, $"not on this machine: {string.Join("; ", missing)}");

        Assert.True(lived.Count == count, $"{lived.Count} of {count} packages lived: {string.Join(", ", lived.Order(StringComparer.Ordinal))}");
    }

    private static TheoryDataRow<T> InLane<T>(TheoryDataRow<T> row) => GivenCluster.HasImages ? row : row.WithTrait("Lane", "Slow");
}
