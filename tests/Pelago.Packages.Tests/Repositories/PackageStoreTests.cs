// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Packages.Repositories;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Packages.Tests.Repositories;

public sealed class PackageStoreTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly PackageStore _store;

    public PackageStoreTests() => _store = new PackageStore(_home["packages"]);

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Repositories_are_kept_in_order_of_priority()
    {
        _store.Add(new RepositoryEntry("b", "/b", null), null);
        _store.Add(new RepositoryEntry("c", "/c", "KEY"), null);
        _store.Add(new RepositoryEntry("a", "/a", null), 0);

        Assert.Equal(["a", "b", "c"], new PackageStore(_home["packages"]).Repositories().Select(entry => entry.Name));
        Assert.Equal("KEY", _store.Repositories()[2].Key);
        Assert.Throws<RepositoryException>(() => _store.Add(new RepositoryEntry("a", "/x", null), null));
        Assert.Throws<RepositoryException>(() => _store.Add(new RepositoryEntry("d", "/d", null), 4));
        Assert.True(_store.Remove("b"));
        Assert.False(_store.Remove("b"));
        Assert.Equal(["a", "c"], _store.Repositories().Select(entry => entry.Name));
    }

    [Fact]
    public void The_list_is_not_changed_by_two_programs_at_once()
    {
        _store.Add(new RepositoryEntry("a", "/a", null), null);
        using (new FileStream(_home["packages/.lock"], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            Assert.StartsWith("another pelago changes the list", Assert.Throws<RepositoryException>(() => _store.Remove("a")).Message, StringComparison.Ordinal);

        Assert.True(_store.Remove("a"));
    }

    [Fact]
    public void A_damaged_list_says_so()
    {
        Directory.CreateDirectory(_home["packages"]);
        File.WriteAllText(_home["packages/repositories.json"], "{\"repositories\": [");

        Assert.Contains("is damaged", Assert.Throws<RepositoryException>(() => _store.Repositories()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///srv/my%20packages", "/srv/my packages")]
    [InlineData("file://localhost/srv/packages", "/srv/packages")]
    [InlineData("/srv/../packages", "/packages")]
    [InlineData("https://packages.example.com/a%20b", "https://packages.example.com/a%20b")]
    public void A_place_means_the_same_from_anywhere(string uri, string kept) => Assert.Equal(kept, RepositoryEntry.Of("a", uri, null).Uri);

    [Fact]
    public void A_relative_place_is_kept_whole() => Assert.Equal(Path.GetFullPath("packages"), RepositoryEntry.Of("a", "packages", null).Uri);

    [Theory]
    [InlineData("universe", true)]
    [InlineData("my.repo-2", true)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    [InlineData("-a", false)]
    [InlineData("Mat The Great!", true)]
    [InlineData("ends with a space ", false)]
    [InlineData("a\\b", false)]
    [InlineData("a\u001b[2J", false)]
    [InlineData("d\u00fc", false)]
    public void Names_of_repositories_are_words_in_ASCII(string name, bool valid) => Assert.Equal(valid, RepositoryEntry.IsName(name));

    [Fact]
    public void A_repository_with_words_for_a_name_is_kept_and_removed()
    {
        Directory.CreateDirectory(_home["packages/kept"]);
        _store.Add(new RepositoryEntry("Go Team: ..", "/b", null), null);

        _store.Kept("Go Team: ..").Replace([], new RepositoryState { Refused = 3 });

        Assert.Equal(3, _store.Kept("Go Team: ..").State().Refused);
        Assert.StartsWith("~", Path.GetFileName(Assert.Single(Directory.GetDirectories(_home["packages/kept"]))), StringComparison.Ordinal);
        Assert.True(_store.Remove("Go Team: .."));
        Assert.Empty(Directory.GetDirectories(_home["packages/kept"]));
    }
}
