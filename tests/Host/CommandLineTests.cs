using VaeGpu.Host;
using VaeGpu.Tests.Training;

namespace VaeGpu.Tests.Host;

public sealed class CommandLineTests
{
    [TestCase("train --batch 0", "--batch takes a whole number from 1 to 65536, not \"0\".")]
    [TestCase("train --batch 1.5", "--batch")]
    [TestCase("train --epochs 99999999999999999999", "--epochs")]
    [TestCase("train --lr nan", "--lr takes a number from 1E-12 to 1000, not \"nan\".")]
    [TestCase("train --lr 0,001", "--lr")]
    [TestCase("train --lr -1", "--lr")]
    [TestCase("train --hidden 400,x", "--hidden takes numbers")]
    [TestCase("train --hidden 400,", "--hidden takes numbers")]
    [TestCase("train --latent 0", "--latent")]
    [TestCase("train --seed -1", "--seed takes a whole number from 0 to 4294967295")]
    [TestCase("train --activation foo", "--activation takes one of identity, relu, leaky-relu")]
    [TestCase("train --likelihood poisson", "--likelihood takes one of bernoulli, gaussian")]
    [TestCase("train --device gpu", "--device")]
    [TestCase("train --threads 0", "--threads")]
    [TestCase("train --resume", "--out")]
    [TestCase("train --resume --out x --lr 1", "--lr cannot be given with --resume")]
    [TestCase("train --bogus", "--bogus")]
    [TestCase("train --kl-weight -1", "--kl-weight takes a number from 0")]
    [TestCase("train --objective vae", "--objective takes one of elbo, monte-carlo-elbo, iwae")]
    [TestCase("train --kl-cycle 3", "--kl-warmup")]
    [TestCase("train --kl-cycle 3 --kl-warmup 4", "within the cycle")]
    [TestCase("train --objective iwae --free-bits 1", "--free-bits")]
    [TestCase("train --objective iwae --likelihood gaussian-shared", "--objective iwae")]
    [TestCase("train --objective iwae --likelihood gaussian-optimal", "--objective iwae")]
    [TestCase("train --prior network", "--condition labels")]
    [TestCase("train --resume --out x --kl-weight 1", "--kl-weight cannot be given")]
    [TestCase("train --optimizer sgd", "--optimizer takes one of adam, adamw")]
    [TestCase("train --weight-decay 0.1", "--optimizer adamw")]
    [TestCase("train --optimizer adamw --weight-decay -1", "--weight-decay takes a number from 0")]
    [TestCase("train --beta1 1", "--beta1")]
    [TestCase("train --epsilon 0", "--epsilon")]
    [TestCase("train --clip-norm 0", "--clip-norm")]
    [TestCase("train --lr-schedule root", "--lr-schedule takes one of constant, linear, cosine, steps, tripling-steps")]
    [TestCase("train --lr-schedule steps", "--lr-drop-every")]
    [TestCase("train --lr-drop 0.5", "--lr-schedule steps")]
    [TestCase("train --lr-schedule cosine --lr-drop-every 2", "--lr-schedule steps")]
    [TestCase("train --lr-schedule linear --lr-drop-every 2", "--lr-schedule steps")]
    [TestCase("train --lr-schedule linear --lr-warmup 5 --epochs 5", "--lr-warmup must be shorter")]
    [TestCase("train --lr-schedule cosine --lr-warmup 5 --epochs 5", "--lr-warmup must be shorter")]
    [TestCase("train --resume --out x --optimizer adamw", "--optimizer cannot be given")]
    [TestCase("train --hidden 8 --hidden 9", "--hidden")]
    [TestCase("train --arch conv --channels 8 --channels 9", "--channels")]
    [TestCase("manifold x --dimensions 0,1 --dimensions 0,1", "--dimensions")]
    [TestCase("kernels show", "\"vaegpu kernels show --help\"")]
    [TestCase("kernels show Adam --target c", "--target takes one of ir, ptx, opencl, simd, asm; not \"c\".")]
    [TestCase("kernels --balance nan", "--balance takes a number from")]
    [TestCase("kernels --sizes groups=1", "--sizes needs --assembly.")]
    [TestCase("kernels show Adam.Run --sizes groups=1", "--sizes needs --assembly.")]
    [TestCase("kernels --assembly a.dll --step default", "--step cannot be given with --assembly.")]
    [TestCase("kernels --assembly a.dll --compare", "--compare cannot be given with --assembly.")]
    [TestCase("evaluate", "folder")]
    [TestCase("evaluate x --importance-samples 0", "--importance-samples")]
    [TestCase("train --out", "--out")]
    [TestCase("sample", "--run")]
    [TestCase("sample --run x --count 0", "--count")]
    [TestCase("reconstruct", "--run")]
    [TestCase("paint", "paint")]
    [TestCase("", "command")]
    public void A_wrong_command_line_is_explained_on_stderr_with_code_2(string line, string word)
    {
        var call = Call.Of(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Usage));
            Assert.That(call.Error, Does.Contain(word).And.Not.Contain("   at "));
            Assert.That(call.Output, Is.Empty);
        });
    }

    [TestCase("train --data nowhere --device cpu",
        "no file or folder \"nowhere\"; --data takes a name (digits, shapes, mnist, fashion-mnist)")]
    [TestCase("train --device opencl:99", "opencl:99")]
    [TestCase("train --data shapes --device cpu --hidden 16384,16384,16384,16384,16384,16384 --batch 1", "over 2³¹ parameters")]
    [TestCase("sample --run nowhere", "no checkpoint")]
    [TestCase("reconstruct --run nowhere", "no checkpoint")]
    [TestCase("train --resume --out nowhere", "no checkpoint")]
    public void What_fails_is_explained_on_stderr_with_code_1_and_leaves_nothing(string line, string word)
    {
        var before = Directory.GetFileSystemEntries(".");
        var call = Call.Of(line.Split(' '));
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Failed));
            Assert.That(call.Error, Does.Contain(word).And.Not.Contain("   at ").And.Not.Contain("Exception"));
            Assert.That(Directory.GetFileSystemEntries("."), Is.SubsetOf(before.Append("./runs")));
        });
    }

    [Test]
    public void Help_names_every_option_with_its_default()
    {
        using var comma = new CommaCulture();
        var call = Call.Of("train", "--help");
        Assert.Multiple(() =>
        {
            Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Done));
            foreach (var part in (string[])
            [
                "--data", "--out", "--hidden", "[default: 400]", "--latent", "[default: 20]", "--activation", "[default: relu]",
                "--likelihood", "[default: bernoulli]", "--batch", "[default: 128]", "--epochs", "[default: 10]",
                "--lr", "[default: 0.001]",
                "--seed", "[default: 1]", "--device", "[default: auto]", "--threads", "--overwrite", "--resume",
            ])
            {
                Assert.That(call.Output, Does.Contain(part));
            }
            Assert.That(call.Output, Does.Not.Match(@"(?m)\[default: .*\[default: "), "a default is told once");
        });
    }

    [Test]
    public void Devices_lists_the_processor_and_a_line_on_CUDA()
    {
        var call = Call.Of("devices");
        Assert.That((call.ExitCode, call.Error), Is.EqualTo((ExitCode.Done, "")));
        Assert.That(call.Output, Does.Match("(?m)^cpu +"));
        // A GPU, or why there is none.
        Assert.That(call.Output, Does.Match("(?m)^(cuda +|refused +CUDA: ).+$"));
    }
}
