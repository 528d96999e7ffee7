// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using Pelago.Kube;

namespace Pelago.Cli.History;

/// <summary>Which finished runs a line means.</summary>
internal sealed class RunOptions
{
    private readonly Argument<string?> _part = new("part") { Description = "A part of NAMESPACE/POD.CONTAINER (default: all)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "Only this namespace (default: all)", HelpName = "NS" };
    private readonly Option<string?> _owner = new("--owner") { Description = "Of this workload: Job/backup, backup of any kind, or a beginning: Job/backup*", HelpName = "OWNER" };
    private readonly Option<string?> _pod = new("--pod") { Description = "Of the pod of this name", HelpName = "POD" };
    private readonly Option<string?> _container = new("--container", "-c") { Description = "Of the container of this name", HelpName = "C" };
    private readonly Option<string?> _node = new("--node") { Description = "That ran on this node", HelpName = "N" };
    private readonly Option<string?> _reason = new("--reason") { Description = "That ended for this reason: OOMKilled", HelpName = "R" };
    private readonly Option<bool> _failed = new("--failed") { Description = "That failed" };
    private readonly Option<bool> _succeeded = new("--succeeded") { Description = "That did not fail" };
    private readonly Option<int?> _code = CommandOptions.Number("--exit-code", "With this exit code", "N", 0, 255);
    private readonly Option<bool> _pinned = new("--pinned") { Description = "That are kept for good" };
    private readonly Option<string?> _since = Moments.Option("--since", "That ended at or after");
    private readonly Option<string?> _until = Moments.Option("--until", "That ended before");

    public void AddTo(Command command)
    {
        command.Arguments.Add(_part);
        foreach (Option option in new Option[] { _namespace, _owner, _pod, _container, _node, _reason, _failed, _succeeded, _code, _pinned, _since, _until })
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_failed) && result.GetValue(_succeeded))
                result.AddError("--failed and --succeeded exclude each other");
        });
    }

    public RunQuery Query(ParseResult parsed) => new()
    {
        Contains = parsed.GetValue(_part) ?? "", Namespace = parsed.GetValue(_namespace) ?? "", Owner = parsed.GetValue(_owner) ?? "", Pod = parsed.GetValue(_pod) ?? "",
        Container = parsed.GetValue(_container) ?? "", Node = parsed.GetValue(_node) ?? "", Reason = parsed.GetValue(_reason) ?? "",
        Failed = parsed.GetValue(_failed) ? true : parsed.GetValue(_succeeded) ? false : null, ExitCode = parsed.GetValue(_code), PinnedOnly = parsed.GetValue(_pinned),
        Since = Moments.Of(parsed.GetValue(_since), TimeProvider.System), Until = Moments.Of(parsed.GetValue(_until), TimeProvider.System),
    };
}
