//! The packages work.

use std::fs;

use super::{check, image, run};
use crate::harness::Python;

#[test]
fn a_table_is_described() {
    let code = "import pandas as pd\n\
        table = pd.DataFrame({'group': list('aab'), 'value': [1.0, 2.0, 4.5]})\n\
        print(table['value'].describe().round(3).to_dict())\n\
        print(table.groupby('group').sum().to_csv(), end='')";
    check(
        code,
        "{'count': 3.0, 'mean': 2.5, 'std': 1.803, 'min': 1.0, '25%': 1.5, '50%': 2.0, '75%': 3.25, 'max': 4.5}\n\
         group,value\na,3.0\nb,4.5\n",
    );
}

#[test]
fn arrays_are_computed_with() {
    check(
        "import numpy as np; print(np.linalg.solve([[2, 0], [0, 4]], [2, 8]), np.arange(6).reshape(2, 3).T.tolist())",
        "[1. 2.] [[0, 3], [1, 4], [2, 5]]\n",
    );
}

#[test]
fn a_curve_is_fitted_and_points_are_clustered() {
    let code = "import numpy as np\nfrom scipy.optimize import curve_fit\nfrom sklearn.cluster import KMeans\n\
        x = np.linspace(0, 4, 30)\n(a, k), _ = curve_fit(lambda x, a, k: a * np.exp(-k * x), x, 3 * np.exp(-0.7 * x))\n\
        print(round(a, 3), round(k, 3))\n\
        labels = KMeans(2, n_init=3, random_state=0).fit_predict([[0, 0], [0, 1], [9, 9]])\n\
        print(labels[0] == labels[1] != labels[2])";
    check(code, "3.0 0.7\nTrue\n");
}

#[test]
fn a_plot_becomes_a_picture() {
    let python = Python::new();
    let code = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2], label='Größe')\nplt.legend()\nplt.title('x²')\n\
        plt.savefig('plot.png')\nplt.savefig('plot.svg')\nprint(plt.get_backend())";
    let Some(ended) = run(&python, &["-c", code]) else { return };
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("agg\n", ""));
    let picture = fs::read(python.folder.path().join("plot.png")).expect("a picture");
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.len() > 5000, "{} bytes", picture.len());
    let text = fs::read_to_string(python.folder.path().join("plot.svg")).expect("a picture");
    assert!(text.contains("<svg") && text.contains("</svg>"));
    let names: Vec<_> =
        fs::read_dir(python.folder.path()).expect("a folder").flatten().map(|e| e.file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn files_of_the_folder_are_read_and_written() {
    let python = Python::new().file("in.csv", "a,b\n1,2\n3,4\n");
    let code = "import pandas as pd, os\ntable = pd.read_csv('in.csv')\ntable['c'] = table.a * table.b\n\
        table.to_excel('out.xlsx', index=False)\nprint(pd.read_excel('out.xlsx').c.tolist(), os.getcwd())";
    let Some(ended) = run(&python, &["-c", code]) else { return };
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("[2, 12] /work\n", ""));
}

#[test]
fn added_packages_are_there_too() {
    let folder = tempfile::TempDir::new().expect("a folder");
    fs::write(folder.path().join("mine.py"), "name = 'mine'\n").expect("a file");
    let packages = folder.path().to_str().expect("a path");
    let code = "import mine, numpy; print(mine.name, mine.__file__)";
    let Some(ended) = run(&Python::new(), &["--packages", packages, "-c", code]) else { return };
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("mine /python/site-packages/mine.py\n", ""));
}

#[test]
fn its_parts_are_told() {
    let Some(short) = run(&Python::new(), &["--version"]) else { return };
    assert_eq!(short.stdout, "Python 3.15.0\n");
    let long = run(&Python::new(), &["--version", "--verbose"]).expect("there is one");
    assert!(long.stdout.contains("\nnumpy 2.5.2\n") && long.stdout.contains("licences: "), "{}", long.stdout);
    assert!(image().expect("there is one").join("licences/numpy.txt").is_file());
}

/// The engine has a list of the pack's modules, for its advice on missing modules. It must match the pack.
#[test]
fn the_engine_knows_its_modules() {
    let known = include_str!("../../../engine/src/run/science_modules.txt");
    let code = "import sys, zipfile\n\
        top = {name.split('/')[0].removesuffix('.pyc') for name in zipfile.ZipFile('/usr/local/lib/python315.zip').namelist()}\n\
        own = {'host', 'reportlab_mods', 'reportlab_settings'}\n\
        print(*sorted(name for name in top - own - sys.stdlib_module_names if name.isidentifier() and name[0] != '_'), sep='\\n')";
    check(code, known);
}
