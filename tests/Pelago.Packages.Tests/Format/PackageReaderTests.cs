// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Packages.Format;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Packages.Tests.Format;

public sealed class PackageReaderTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public PackageReaderTests() => Universe.CopySamples(_root.Path);

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Packages_of_every_packaging_version_are_read()
    {
        var faults = new List<PackageFault>();
        var reader = new PackageReader();
        PackageRevision?[] read = [.. RevisionFolder.In(_root.Path).Select(folder => reader.Read(folder, faults))];

        Assert.Empty(faults);
        Assert.Equal(["beacon 0.3.1 2.0", "ledger 1.0.0 3.0", "ledger 1.1.0 4.0", "pier 1.0 pelago-1", "tide 2.0.0-rc.1 5.0"], read.Select(package => $"{package!.Name} {package.Version} {package.PackagingVersion}"));
        Assert.Equal([0, 0, 1, 0, 0], read.Select(package => package!.ReleaseVersion));
        Assert.NotNull(read[3]!.KubernetesTemplate);
        Assert.NotNull(read[0]!.Command);
    }

    [Fact]
    public void Every_revision_of_the_public_universe_is_accepted()
    {
        var faults = new List<PackageFault>();
        var reader = new PackageReader();
        int read = RevisionFolder.In(Universe.Public).Count(folder => reader.Read(folder, faults) is not null);

        Assert.DoesNotContain(faults, fault => !fault.IsWarning);
        Assert.True(read >= 185, $"{read} revisions");
    }

    [Theory]
    [InlineData("L/ledger/1/package.json", "\"framework\": true,", "\"framework\": \"yes\",", 8, "/framework", "type: expected a boolean, found string \"yes\"")]
    [InlineData("L/ledger/1/package.json", "\"framework\": true,", "\"framework\": true, \"name\": \"ledger\",", 8, "/name", "the key \"name\" stands there twice")]
    [InlineData("L/ledger/1/package.json", "the books", "the b\u00f6\u00f6ks", 7, "/description", "has characters that are not ASCII")]
    [InlineData("L/ledger/1/package.json", "the books", "the b\\u00f6ks", 7, "/description", "has an escape of a code point")]
    [InlineData("L/ledger/1/package.json", "\"name\": \"ledger\"", "\"name\": \"Ledger\"", 3, "/name", "pattern: expected a string that matches ^[a-z]")]
    [InlineData("L/ledger/1/package.json", "\"name\": \"ledger\"", "\"name\": \"dinghy\"", 3, "/name", "is \"dinghy\", but the folder's name is \"ledger\"")]
    [InlineData("L/ledger/1/package.json", "\"packagingVersion\": \"4.0\"", "\"packagingVersion\": \"9.0\"", 2, "/packagingVersion", "is no packaging version that is known")]
    [InlineData("L/ledger/1/package.json", "\"maintainer\"", "\"maintainers\"", 1, "", "required: expected a field \"maintainer\", found none")]
    [InlineData("L/ledger/1/package.json", "\"maintainer\"", "\"maintainers\"", 5, "/maintainers", "additionalProperties: expected only packagingVersion")]
    [InlineData("L/ledger/1/config.json", "\"minimum\": 32", "\"minimum\": \"32\"", 21, "/properties/service/properties/mem/minimum", "type: expected a number, found string \"32\"")]
    [InlineData("L/ledger/1/resource.json", "\"ledger-tgz\": \"https", "\"ledger-tgz\": 7, \"x\": \"https", 9, "/assets/uris/ledger-tgz", "type: expected a string, found number 7")]
    [InlineData("L/ledger/1/resource.json", "{", "{,", 1, "", "not JSON: column 2: , cannot stand there")]
    [InlineData("L/ledger/1/marathon.json.mustache", "{{/service.user}}", "{{/service.users}}", 9, "", "no mustache template: {{/service.users}} closes {{#service.user}} of line 7")]
    [InlineData("L/ledger/0/package.json", "\"minDcosReleaseVersion\": \"1.9\"", "\"minDcosReleaseVersion\": \"1.7\"", 12, "/cli", "needs a minDcosReleaseVersion of 1.8")]
    public void What_is_wrong_is_named_by_file_line_and_pointer(string file, string from, string to, int line, string pointer, string message)
    {
        Change(file, from, to);

        PackageFault fault = Assert.Single(Faults(), fault => fault.Pointer == pointer && fault.Message.StartsWith(message, StringComparison.Ordinal));

        Assert.Equal(line, fault.Line);
        Assert.StartsWith(_root[Path.GetDirectoryName(file)!], fault.File, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("L/ledger/1/package.json", "\"website\":", "\"website\": \"https://other.example.com\", \"website\":", true)]
    [InlineData("L/ledger/1/package.json", "\"website\":", "\"website\": \"https://ledger.example.com\", \"website\":", false)]
    [InlineData("L/ledger/1/package.json", "\"maintainer\":", "\"maintainer\": \"other\", \"maintainer\":", false)]
    [InlineData("T/tide/0/config.json", "\"note\":", "\"note\": {\"type\": \"string\"}, \"note\":", true)]
    [InlineData("T/tide/0/config.json", "\"note\":", "\"note\": {\"type\": \"integer\"}, \"note\":", false)]
    [InlineData("T/tide/0/config.json", "\"required\":", "\"required\": [\"note\"], \"required\":", false)]
    public void A_key_that_stands_twice_is_a_warning_only_where_nothing_depends_on_it(string file, string from, string to, bool accepted)
    {
        Change(file, from, to);

        PackageFault fault = Assert.Single(Faults());

        Assert.Equal(accepted, fault.IsWarning);
        Assert.EndsWith("stands there twice", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("B/beacon/0/package.json", "\"version\": \"0.3.1\"", "\"version\": \"0.3.1 (beta)\"", null)]
    [InlineData("L/ledger/1/package.json", "\"version\": \"1.1.0\"", "\"version\": \"1.1.0 (beta)\"", "/version")]
    [InlineData("L/ledger/1/package.json", "\"url\": \"https://", "\"url\": \"", "/licenses/0/url")]
    public void A_packaging_version_is_as_strict_as_its_published_schema(string file, string from, string to, string? pointer)
    {
        Change(file, from, to);

        string[] expected = pointer is null ? [] : [pointer];
        Assert.Equal(expected, Faults().Select(fault => fault.Pointer));
    }

    [Fact]
    public void A_command_beside_a_package_of_version_4_is_refused()
    {
        File.Copy(_root["B/beacon/0/command.json"], _root["L/ledger/1/command.json"]);

        Assert.Contains("packages of version 4.0 have no command.json", Assert.Single(Faults()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_must_be_named_like_its_package_and_its_revision()
    {
        Directory.Move(_root["T/tide"], _root["T/wave"]);
        Directory.Move(_root["B/beacon"], _root["P/beacon"]);
        Directory.Move(_root["L/ledger/1"], _root["L/ledger/v1"]);

        string[] faults = [.. Faults().Select(fault => fault.Message)];

        Assert.Contains("is \"tide\", but the folder's name is \"wave\"", faults);
        Assert.Contains("a package \"wave\" lies in the folder of its first letter as a capital, not in \"T\"", faults);
        Assert.Contains("a package \"beacon\" lies in the folder of its first letter as a capital, not in \"P\"", faults);
        Assert.Contains("the folder of a revision is named by a whole number, not \"v1\"", faults);
    }

    [Fact]
    public void A_link_out_of_the_folder_is_not_followed()
    {
        File.Delete(_root["T/tide/0/marathon.json.mustache"]);
        File.CreateSymbolicLink(_root["T/tide/0/marathon.json.mustache"], "/etc/hostname");

        Assert.Contains("is a link", Assert.Single(Faults()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_too_large_or_too_deep_is_refused()
    {
        File.WriteAllText(_root["T/tide/0/config.json"], new string('[', 5000));
        File.WriteAllBytes(_root["L/ledger/1/config.json"], new byte[PackageReader.MaxFile + 1]);

        Assert.Equal(2, Faults().Count);
    }

    private void Change(string file, string from, string to)
    {
        string text = File.ReadAllText(_root[file]);
        Assert.Contains(from, text, StringComparison.Ordinal);
        int at = text.IndexOf(from, StringComparison.Ordinal);
        File.WriteAllText(_root[file], text[..at] + to + text[(at + from.Length)..]);
    }

    private List<PackageFault> Faults()
    {
        var faults = new List<PackageFault>();
        var reader = new PackageReader();
        foreach (RevisionFolder folder in RevisionFolder.In(_root.Path))
            reader.Read(folder, faults);
        return faults;
    }
}
