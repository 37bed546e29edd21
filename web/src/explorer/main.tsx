import { render } from 'preact';
import '../base.css';
import { App } from './app';
import './explorer.css';

render(<App />, document.getElementById('page')!);
