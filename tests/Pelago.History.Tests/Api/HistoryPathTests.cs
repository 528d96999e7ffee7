// SPDX-License-Identifier: Apache-2.0

using Pelago.History.Api;
using Xunit;

namespace Pelago.History.Tests.Api;

public class HistoryPathTests
{
    [Theory]
    [InlineData("GET", "runs", "list", "", "runs", "", "")]
    [InlineData("GET", "namespaces/a/runs/x.y/log", "get", "a", "runs", "x.y", "log")]
    [InlineData("POST", "namespaces/a/runs/x/pin", "create", "a", "runs", "x", "pin")]
    [InlineData("DELETE", "namespaces/a/runs/x/pin", "delete", "a", "runs", "x", "pin")]
    [InlineData("GET", "days/2026-11-29", "get", "", "days", "2026-11-29", "")]
    public void A_path_is_read_as_an_api_server_reads_it(string method, string path, string verb, string ns, string resource, string name, string subresource) =>
        Assert.Equal(new HistoryRequest(verb, ns, resource, name, subresource), HistoryPath.Read(method, path));

    [Theory]
    [InlineData("PUT", "runs")]
    [InlineData("GET", "")]
    [InlineData("GET", "namespaces/a")]
    [InlineData("GET", "namespaces//runs")]
    [InlineData("GET", "namespaces/a%2Fb/runs")]
    [InlineData("GET", "runs/a/b/c")]
    public void Other_paths_are_none(string method, string path) => Assert.Null(HistoryPath.Read(method, path));
}
