// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Client;

namespace Pelago.Cli.Install;

/// <summary>The one cluster that is installed onto: by kubeconfig and context, as kubectl finds it.</summary>
internal sealed class InstallTarget
{
    private readonly Option<string?> _kubeconfig = new("--kubeconfig") { Description = "The kubeconfig (default: $KUBECONFIG, else ~/.kube/config)", HelpName = "FILE" };
    private readonly Option<string?> _context = new("--context") { Description = "The context in it (default: the current one)", HelpName = "C" };

    public void AddTo(Command command)
    {
        command.Options.Add(_kubeconfig);
        command.Options.Add(_context);
    }

    public HttpKubeApi Connect(ParseResult parsed) =>
        new(Kubeconfig.Load(parsed.GetValue(_kubeconfig)).Connect(parsed.GetValue(_context), TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
}
