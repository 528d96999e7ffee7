// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Net.Http;
using System.Security.Cryptography;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Packages;

public sealed class RepoCommandTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public RepoCommandTests()
    {
        foreach (string name in (string[])["buoy", "barge"])
        {
            Directory.CreateDirectory(_home[$"universe/B/{name}/0"]);
            File.WriteAllText(_home[$"universe/B/{name}/0/package.json"], $$"""{"packagingVersion": "3.0", "name": "{{name}}", "version": "1.2", "maintainer": "a@example.com", "description": "A {{name}}.", "tags": ["sea"]}""");
            File.WriteAllText(_home[$"universe/B/{name}/0/marathon.json.mustache"], $$"""{"id": "{{name}}"}""");
        }
    }

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("name a/b: must begin with a letter or a digit", "package", "repo", "add", "a/b", "x")]
    [InlineData("--index x: must be a whole number from 0 to 1000", "package", "repo", "add", "a", "x", "--index", "x")]
    [InlineData("'package' is no command of 'pelago package repo'", "package", "repo", "package")]
    public async Task A_line_that_cannot_be_understood_ends_with_2(string message, params string[] arguments)
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"pelago: {message}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_is_added_searched_described_and_removed()
    {
        await RunAsync(0, "package", "repo", "add", "ours", _home["universe"]);

        Assert.Equal("barge\nbuoy\n", await RunAsync(0, "package", "search", "-o", "name"));
        Assert.Equal("NAME   VERSION   SELECTED   REPOSITORY   DESCRIPTION\nbuoy   1.2       -          ours         A buoy.\n", await RunAsync(0, "package", "search", "buoy", "sea"));
        Assert.Contains("\"repository\": \"ours\"", await RunAsync(0, "package", "describe", "buoy"), StringComparison.Ordinal);
        Assert.Equal("1.2\n", await RunAsync(0, "package", "describe", "buoy", "--package-versions"));
        Assert.Equal("{\"id\":\"buoy\"}\n", await RunAsync(0, "package", "render", "buoy", "--lines"));
        Assert.Equal("{\n  \"id\": \"buoy\"\n}\n", await RunAsync(0, "package", "describe", "buoy", "--render"));
        Assert.Equal("barge\nbuoy\n", await RunAsync(0, "__complete", "--", "package", "describe", ""));
        Assert.Equal("ours\n", await RunAsync(0, "__complete", "--", "package", "repo", "remove", ""));
        Assert.StartsWith("NAME   STATE   FETCHED", await RunAsync(0, "package", "repo", "list"), StringComparison.Ordinal);
        await RunAsync(3, "package", "search", "zeppelin");
        await RunAsync(3, "package", "repo", "remove", "theirs");
        await RunAsync(0, "package", "repo", "remove", "ours");
        await RunAsync(3, "package", "search");
    }

    [Fact]
    public async Task What_a_package_says_of_itself_does_not_reach_the_terminal_as_control()
    {
        await File.WriteAllTextAsync(
            _home["repo.json"], """{"packages": [{"packagingVersion": "2.0", "name": "raft", "version": "1\u001b[2J", "releaseVersion": 0, "maintainer": "m", "description": "A\u001b[31m raft.\u009b\u202e\r\nIt floats.", "tags": []}]}""",
            TestContext.Current.CancellationToken);
        await RunAsync(0, "package", "repo", "add", "ours", _home["repo.json"]);

        Assert.Equal("NAME   VERSION   SELECTED   REPOSITORY   DESCRIPTION\nraft   1 [2J     -          ours         A [31m raft.   It floats.\n", await RunAsync(0, "package", "search"));
        Assert.Equal("1 [2J\n", await RunAsync(0, "package", "describe", "raft", "--package-versions"));
        Assert.DoesNotContain('\u001b', await RunAsync(0, "package", "describe", "raft"));
    }

    [Fact]
    public async Task A_repository_that_went_away_is_stale_and_still_searched()
    {
        await RunAsync(0, "package", "repo", "build", _home["universe"], "--to", _home["site"]);
        await RunAsync(0, "package", "repo", "add", "ours", _home["site/packages.json"]);
        File.Delete(_home["site/packages.json"]);

        await RunAsync(1, "package", "repo", "update");
        ProgramResult search = await CliProcess.RunAsync(_home.Path, "package", "search", "buoy", "-o", "name");

        Assert.Equal((0, "buoy\n"), (search.ExitCode, search.Output));
        Assert.StartsWith("pelago: repository ours is stale (", search.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signed_repository_is_built_verified_and_refused_with_another_key()
    {
        using var signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(_home["signer.key"], signer.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_home["signer.pem"], signer.ExportSubjectPublicKeyInfoPem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_home["other.pem"], other.ExportSubjectPublicKeyInfoPem(), TestContext.Current.CancellationToken);

        string built = await RunAsync(0, "package", "repo", "build", _home["universe"], "--to", _home["site"], "--sign", _home["signer.key"]);

        Assert.Equal($"{_home["site/packages.json"]}\n{_home["site/index.json"]}\n", built);
        Assert.StartsWith("2 packages, 0 refused, signed by SHA256:", await RunAsync(0, "package", "repo", "verify", _home["site/index.json"], "--key", _home["signer.pem"]), StringComparison.Ordinal);
        await RunAsync(1, "package", "repo", "verify", _home["site/index.json"], "--key", _home["other.pem"]);
        await RunAsync(1, "package", "repo", "add", "x", _home["site/packages.json"], "--key", _home["signer.pem"]);
    }

    [Fact]
    public async Task A_folder_is_served_as_a_repository_until_it_is_ended()
    {
        var start = new ProcessStartInfo(CliProcess.Program, ["package", "repo", "serve", _home["universe"]]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["PELAGO_HOME"] = _home.Path;
        using Process serving = Process.Start(start)!;
        try
        {
            string address = (await serving.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!;
            await RunAsync(0, "package", "repo", "add", "served", address);
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            using HttpResponseMessage whole = await http.GetAsync(address, TestContext.Current.CancellationToken);
            using var again = new HttpRequestMessage(HttpMethod.Get, address);
            again.Headers.IfNoneMatch.Add(whole.Headers.ETag!);
            using HttpResponseMessage known = await http.SendAsync(again, TestContext.Current.CancellationToken);
            using HttpResponseMessage absent = await http.GetAsync($"{address}/../etc/passwd", TestContext.Current.CancellationToken);
            using HttpResponseMessage posted = await http.PostAsync(address, null, TestContext.Current.CancellationToken);

            Assert.StartsWith("http://127.0.0.1:", address, StringComparison.Ordinal);
            Assert.Equal("barge\nbuoy\n", await RunAsync(0, "package", "search", "-o", "name"));
            await RunAsync(0, "package", "repo", "update");
            Assert.Equal(("application/vnd.dcos.universe.repo+json", 200), (whole.Content.Headers.ContentType!.MediaType, (int)whole.StatusCode));
            Assert.Equal((304, 404, 404), ((int)known.StatusCode, (int)absent.StatusCode, (int)posted.StatusCode));
        }
        finally
        {
            using Process ended = Process.Start("kill", ["-INT", $"{serving.Id}"]);
            await serving.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, serving.ExitCode);
    }

    [Fact]
    public async Task A_revision_that_is_hidden_is_not_offered_and_says_why()
    {
        foreach ((string version, int revision, string minimum) in new[] { ("1.3", 1, "9999"), ("1.1", 2, "2.5") })
        {
            Directory.CreateDirectory(_home[$"universe/B/buoy/{revision}"]);
            await File.WriteAllTextAsync(
                _home[$"universe/B/buoy/{revision}/package.json"],
                $$"""{"packagingVersion": "3.0", "name": "buoy", "version": "{{version}}", "maintainer": "a@example.com", "description": "A buoy.", "tags": ["sea"], "minDcosReleaseVersion": "{{minimum}}"}""",
                TestContext.Current.CancellationToken);
        }

        await RunAsync(0, "package", "repo", "add", "ours", _home["universe"]);
        ProgramResult refused = await CliProcess.RunAsync(_home.Path, "package", "describe", "buoy", "--package-version", "1.3");

        Assert.Equal("1.2\n", await RunAsync(0, "package", "describe", "buoy", "--package-versions"));
        Assert.Equal(3, refused.ExitCode);
        Assert.StartsWith("pelago: buoy 1.3 of repository ours is not offered: it asks for DC/OS 9999, and packages here are those for DC/OS 2.2", refused.Error, StringComparison.Ordinal);
        string all = await RunAsync(0, "package", "describe", "buoy", "--all");
        Assert.Matches(@"(?m)^1\.1 +2 +ours +no: it asks for DC/OS 2\.5", all);
        Assert.Matches(@"(?m)^1\.2 +0 +ours +yes$", all);
    }

    [Fact]
    public async Task What_is_left_out_of_a_search_is_counted_and_all_says_why()
    {
        await File.WriteAllTextAsync(_home["universe/B/buoy/0/package.json"], Described("buoy", "9999"), TestContext.Current.CancellationToken);
        Directory.CreateDirectory(_home["universe/B/broken/0"]);
        await File.WriteAllTextAsync(_home["universe/B/broken/0/package.json"], "{}", TestContext.Current.CancellationToken);
        await RunAsync(0, "package", "repo", "add", "ours", _home["universe"]);

        ProgramResult some = await CliProcess.RunAsync(_home.Path, "package", "search", "-o", "name");
        ProgramResult none = await CliProcess.RunAsync(_home.Path, "package", "search", "buoy");
        ProgramResult all = await CliProcess.RunAsync(_home.Path, "package", "search", "--all");

        Assert.Equal(("barge\n", "pelago: one package that fits is not offered: --all shows it, and why\n"), (some.Output, some.Error));
        Assert.Equal((3, "pelago: one package that fits is not offered: --all shows it, and why\n"), (none.ExitCode, none.Error));
        Assert.Matches("(?m)^buoy .* no: it asks for DC/OS 9999", all.Output);
        Assert.Matches("(?m)^barge .* yes$", all.Output);
        string refused = $"one package of repository ours is not valid and was left out: 'pelago package validate --all --repo {_home["universe"]}' says why";
        Assert.Contains(refused, all.Error, StringComparison.Ordinal);
        Assert.Contains(refused, (await CliProcess.RunAsync(_home.Path, "package", "describe", "barge", "--all")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_of_repositories_can_be_given_to_somebody_else()
    {
        await RunAsync(0, "package", "repo", "add", "ours", _home["universe"]);
        await File.WriteAllTextAsync(_home["list.json"], await RunAsync(0, "package", "repo", "list", "-o", "json"), TestContext.Current.CancellationToken);
        await RunAsync(0, "package", "repo", "remove", "ours");

        await RunAsync(0, "package", "repo", "import", _home["list.json"]);

        Assert.Equal("ours\n", await RunAsync(0, "package", "repo", "list", "-o", "name"));
    }

    [Fact]
    public async Task A_repository_without_packages_says_so()
    {
        Directory.CreateDirectory(_home["nothing"]);
        string said = $"pelago: repository empty has no packages: they lie in folders LETTER/NAME/REVISION of {_home["nothing"]}\n";

        ProgramResult added = await CliProcess.RunAsync(_home.Path, "package", "repo", "add", "empty", _home["nothing"]);
        ProgramResult updated = await CliProcess.RunAsync(_home.Path, "package", "repo", "update");
        ProgramResult searched = await CliProcess.RunAsync(_home.Path, "package", "search");

        Assert.Equal((0, $"{said}repository empty was added\n"), (added.ExitCode, added.Error));
        Assert.Equal((0, said), (updated.ExitCode, updated.Error));
        Assert.Equal((3, $"{said}pelago: no package of any repository has these words\n"), (searched.ExitCode, searched.Error));
    }

    [Fact]
    public async Task What_cannot_be_read_or_written_is_said_in_words_for_people()
    {
        await File.WriteAllTextAsync(_home["empty.json"], "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_home["broken.json"], "{\n  \"repositories\": [}", TestContext.Current.CancellationToken);
        using var signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(_home["public.pem"], signer.ExportSubjectPublicKeyInfoPem(), TestContext.Current.CancellationToken);
        string universe = _home["universe"];

        Assert.Equal(
            $"pelago: repository x was not added from {_home["empty.json"]}: what it sent is no repository: it is empty\n", await FaultAsync("package", "repo", "add", "x", _home["empty.json"]));
        Assert.Equal($"pelago: repositories were not imported from {_home["empty.json"]}: it is empty\n", await FaultAsync("package", "repo", "import", _home["empty.json"]));
        Assert.Equal(
            $"pelago: repositories were not imported from {_home["broken.json"]}: line 2, column 20: }} cannot stand there\n", await FaultAsync("package", "repo", "import", _home["broken.json"]));
        Assert.Equal($"pelago: repositories were not imported: {universe} is a folder, and a file is needed\n", await FaultAsync("package", "repo", "import", universe));
        Assert.Equal(
            $"pelago: {universe} was not built: {_home["empty.json"]} is a file, and --to names a folder\n", await FaultAsync("package", "repo", "build", universe, "--to", _home["empty.json"]));
        Assert.Equal(
            $"pelago: {_home["empty.json/site/packages.json"]} was not written: no folder can be made, or nothing written, there; --to names another folder\n",
            await FaultAsync("package", "repo", "build", universe, "--to", _home["empty.json/site"]));
        Assert.StartsWith(
            $"pelago: {universe} was not signed with {_home["broken.json"]}: the key is no PEM of an elliptic curve that can be read without a passphrase: 'openssl",
            await FaultAsync("package", "repo", "build", universe, "--to", _home["site"], "--sign", _home["broken.json"]), StringComparison.Ordinal);
        Assert.Equal(
            $"pelago: {universe} was not signed with {_home["public.pem"]}: the key is a public one: the private one that belongs to it signs\n",
            await FaultAsync("package", "repo", "build", universe, "--to", _home["site"], "--sign", _home["public.pem"]));
        Assert.Equal($"pelago: the key was not read: {universe} is a folder, and a file is needed\n", await FaultAsync("package", "repo", "build", universe, "--to", _home["site"], "--sign", universe));
    }

    [Theory]
    [InlineData("package", "repo", "build", "/nowhere", "--to", "/nowhere/site")]
    [InlineData("package", "repo", "serve", "/nowhere")]
    public async Task A_bad_folder_is_told_with_what_names_it(params string[] arguments)
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, arguments);

        Assert.Equal((3, "pelago: /nowhere is no folder: DIR names one with packages in it, such as a checkout of a universe\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Of_a_list_is_added_what_can_be_had_and_the_rest_is_said()
    {
        await File.WriteAllTextAsync(
            _home["list.json"], $$"""{"repositories": [{"name": "a/b", "uri": "x"}, 7, {"name": "gone", "uri": "/nowhere"}, {"name": "ours", "uri": "{{_home["universe"]}}"}]}""",
            TestContext.Current.CancellationToken);

        string said = await FaultAsync("package", "repo", "import", _home["list.json"]);

        Assert.Equal(
            "pelago: number 1 of the list is no repository: it needs a name (ASCII, no slashes) and a uri, and has \"a/b\" and \"x\"\n"
            + "pelago: number 2 of the list is no repository: it needs a name (ASCII, no slashes) and a uri, and has \"\" and \"\"\n"
            + "pelago: repository gone was not added from /nowhere: there is no file /nowhere\nrepository ours was added\n"
            + "pelago: 1 of 4 repositories were added; why the others were not is said above\n", said);
        Assert.Equal("ours\n", await RunAsync(0, "package", "repo", "list", "-o", "name"));
    }

    [Fact]
    public async Task A_picture_is_described_by_its_kind_and_size_and_whole_in_JSON()
    {
        await File.WriteAllTextAsync(
            _home["universe/B/buoy/0/resource.json"], """{"images": {"icon-small": "data:image/svg+xml;base64,PHN2Zy8+Cg==", "icon-medium": "https://example.com/icon.png"}}""",
            TestContext.Current.CancellationToken);
        await RunAsync(0, "package", "repo", "add", "ours", _home["universe"]);

        string text = await RunAsync(0, "package", "describe", "buoy");

        Assert.Contains("\"icon-small\": \"(image/svg+xml, 7 bytes; -o json prints it)\"", text, StringComparison.Ordinal);
        Assert.Contains("\"icon-medium\": \"https://example.com/icon.png\"", text, StringComparison.Ordinal);
        Assert.Contains("\"icon-small\": \"data:image/svg+xml;base64,PHN2Zy8+Cg==\"", await RunAsync(0, "package", "describe", "buoy", "-o", "json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no repository has a package bouy. Did you mean buoy?", "package", "describe", "bouy")]
    [InlineData("no repository has a package bouy. Did you mean buoy?", "package", "describe", "bouy", "--all")]
    [InlineData("no package of any repository has these words. Did you mean buoy?", "package", "search", "bouy")]
    [InlineData("there is no repository our. Did you mean ours?", "package", "repo", "update", "our")]
    [InlineData("there is no repository our. Did you mean ours?", "package", "repo", "remove", "our")]
    public async Task A_name_that_was_misspelt_is_guessed(string message, params string[] arguments)
    {
        await RunAsync(0, "package", "repo", "add", "ours", _home["universe"]);

        ProgramResult result = await CliProcess.RunAsync(_home.Path, arguments);

        Assert.Equal((3, $"pelago: {message}\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task What_was_removed_is_said()
    {
        await RunAsync(0, "package", "repo", "add", "ours", _home["universe"]);

        ProgramResult result = await CliProcess.RunAsync(_home.Path, "package", "repo", "remove", "ours");

        Assert.Equal((0, "", "repository ours was removed, and what was kept of it\n"), (result.ExitCode, result.Output, result.Error));
    }

    private static string Described(string name, string minimum) =>
        $$"""{"packagingVersion": "3.0", "name": "{{name}}", "version": "1.2", "maintainer": "a@example.com", "description": "A {{name}}.", "tags": ["sea"], "minDcosReleaseVersion": "{{minimum}}"}""";

    private async Task<string> FaultAsync(params string[] arguments)
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, arguments);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        return result.Error;
    }

    private async Task<string> RunAsync(int code, params string[] arguments)
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, arguments);
        Assert.True(code == result.ExitCode, $"{string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Error}");
        return result.Output;
    }
}
